import { type Static, Type } from 'typebox';
import { BadInputError, FileChangedError, FileFaultError } from '#contracts/errors.js';
import { toFileError } from '#contracts/file-errors.js';
import { LoadableModel } from '../model/definition.js';

/** The model that a process is to load before anything else. */
export const OpenRequest = Type.Object({
  type: Type.Literal('open'),
  model: LoadableModel,
  maxPixels: Type.Number(),
});

/** One image to look at; answered by its `FaceDetection`. Several may be under way. */
const DetectRequest = Type.Object({
  type: Type.Literal('detect'),
  path: Type.String(),
  /** Which file lies there, as `identityOf` has it; if another does by now, nothing is read. */
  identity: Type.Optional(Type.String()),
});

/** All that a process that detects faces is asked. */
export const Request = Type.Union([OpenRequest, DetectRequest]);

/** An error as it crosses between processes: its class by name, because classes do not cross. */
export const SentError = Type.Object({
  kind: Type.Enum(['bad-input', 'file-changed', 'file-fault', 'other']),
  code: Type.String(),
  message: Type.String(),
  stack: Type.String(),
});

/** What a process sends: the answer to the request of that id, or why there is none. */
export const Answer = Type.Object({
  id: Type.Integer(),
  answer: Type.Optional(Type.Unknown()),
  error: Type.Optional(SentError),
});

export type OpenRequest = Static<typeof OpenRequest>;
export type Request = Static<typeof Request>;
export type Answer = Static<typeof Answer>;
export type SentError = Static<typeof SentError>;

/** Makes an error ready to be sent. What the system says of a file is said without the file's path. */
export function sendable(thrown: unknown): SentError {
  const error = toFileError(thrown, 'the image');
  const message = error instanceof Error ? error.message : String(error);
  const stack = (error instanceof Error ? error.stack : undefined) ?? '';
  if (error instanceof BadInputError) return { kind: 'bad-input', code: error.code, message, stack };
  if (error instanceof FileChangedError) return { kind: 'file-changed', code: '', message, stack };
  if (error instanceof FileFaultError) return { kind: 'file-fault', code: '', message, stack };
  return { kind: 'other', code: '', message, stack };
}

/** The error that was sent, of the class it had; `cause` carries where in the child it was thrown. */
export function received(sent: SentError): Error {
  const options = { cause: sent.stack };
  if (sent.kind === 'bad-input') return new BadInputError(sent.code, sent.message, options);
  if (sent.kind === 'file-changed') return new FileChangedError(sent.message, options);
  if (sent.kind === 'file-fault') return new FileFaultError(sent.message, options);
  return new Error(sent.message, options);
}
