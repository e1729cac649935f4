import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { HttpProblem, unprocessable } from '../../http/problem.js';
import { FileId, problems } from '../../http/schemas.js';
import { compileValidator } from '../../http/validation.js';
import { moveIntoInbox } from '../../upload/move-into-inbox.js';
import { maxFiles, receiveFiles } from '../../upload/receive.js';
import { findReplaceable, type ReplaceDeps, replaceFile } from '../../upload/replace.js';
import type { Uploaded } from '../../upload/uploaded.js';
import { UploadedSchema } from './file-schemas.js';

const UploadQuery = Type.Object(
  {
    folder: Type.Optional(
      Type.String({ maxLength: 1_000, description: 'Folder below the inbox; made if it is not there' }),
    ),
    overwrite: Type.Optional(Type.Boolean({ default: false, description: 'Replace files that lie there already' })),
    replaces: Type.Optional(FileId),
  },
  { additionalProperties: false },
);

/** Described for people and programs; the form itself is read part by part, never as one body. */
const UploadForm = Type.Object(
  {
    file: Type.Array(Type.String({ format: 'binary', contentMediaType: 'application/octet-stream' }), {
      description: 'The files, under any field name; each keeps its own name',
    }),
    folder: Type.Optional(Type.String({ description: 'As the query parameter' })),
  },
  component('UploadForm'),
);

/** POST /api/files: files into the inbox, where the watcher finds them like any other. */
export async function uploadRoutes(app: App, deps: ReplaceDeps): Promise<void> {
  await app.register(multipart, {
    // Names as they were sent: what is wrong with one is answered, not silently mended.
    preservePath: true,
    limits: { files: maxFiles, fields: 10, fieldSize: 10_000, fieldNameSize: 200, fileSize: Number.POSITIVE_INFINITY },
  });

  // A stop cuts connections off; what their uploads had written must be gone before the process is.
  const underWay = new Set<Promise<unknown>>();
  app.addHook('onClose', async () => void (await Promise.allSettled(underWay)));

  app.post(
    '/api/files',
    {
      config: { upload: true },
      validatorCompiler: (part) => (part.httpPart === 'body' ? () => true : compileValidator(part)),
      schema: {
        operationId: 'uploadFiles',
        tags: ['files'],
        summary: 'Upload files into the inbox',
        description:
          'multipart/form-data with any number of files, of any size, and optionally a field “folder”. ' +
          'All of them get their names at the end, or none does. With “replaces”, the id of a file, the form has one file, ' +
          'which gets the path of that one, whatever its own name: 409 if that is not the current version of its path any ' +
          'more, in the ledger and in the inbox.',
        consumes: ['multipart/form-data'],
        querystring: UploadQuery,
        body: UploadForm,
        response: { 201: UploadedSchema, ...problems(400, 404, 409, 413, 415, 422, 507) },
      },
    },
    async (request, reply) => {
      if (!request.isMultipart())
        throw new HttpProblem('unsupported-media-type', 'expected multipart/form-data with one or more files');
      const { replaces, ...destination } = request.query;
      const work =
        replaces === undefined
          ? takeUpload(deps, request, destination)
          : takeReplacement(deps, request, replaces, destination);
      underWay.add(work);
      try {
        return await reply.code(201).send({ items: await work });
      } finally {
        underWay.delete(work);
      }
    },
  );
}

/** Where files are to lie. */
interface Destination {
  readonly folder?: string;
  readonly overwrite?: boolean;
}

async function takeUpload(
  { config }: ReplaceDeps,
  request: FastifyRequest,
  { folder = '', overwrite = false }: Destination,
): Promise<Uploaded[]> {
  const received = await receiveFiles(request.parts(), config.inboxDir, folder);
  try {
    const paths = await moveIntoInbox(config.inboxDir, received.folder, received.files, overwrite);
    return received.files.map(({ size }, index) => ({ path: paths[index] ?? '', size }));
  } finally {
    await received.discard();
  }
}

/** @throws HttpProblem 404, 409, and 422 when the destination is given in two ways */
async function takeReplacement(
  deps: ReplaceDeps,
  request: FastifyRequest,
  id: string,
  destination: Destination,
): Promise<Uploaded[]> {
  const given = Object.entries(destination).filter(([, value]) => value !== false);
  const faults = given.map(([path]) => ({ path, message: 'cannot be given together with replaces' }));
  if (faults.length > 0) throw unprocessable(faults);
  // Before the form is read: it may be large.
  await findReplaceable(deps, id);
  const received = await receiveFiles(request.parts(), deps.config.inboxDir, '');
  try {
    const [first, ...others] = received.files;
    if (!first || others.length > 0 || received.folder !== '') {
      const message = 'must have one file and no field “folder”, because the upload replaces one file';
      throw unprocessable([{ path: '', message }]);
    }
    return [{ path: await replaceFile(deps, request, id, first), size: first.size }];
  } finally {
    await received.discard();
  }
}
