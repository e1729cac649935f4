import { Type } from 'typebox';
import { component } from '../../http/openapi/component.js';
import { FileId, Instant, Nullable, RunId } from '../../http/schemas.js';
import { FileState, RunState, WorkerSchema } from './run-schemas.js';

const Text = Type.String();

/** A file as lists show it. */
export const FileSchema = Type.Object(
  {
    id: FileId,
    source: Nullable(Type.String({ description: 'Null while no source takes the name' })),
    path: Type.String({ description: 'Below the inbox, with / between folders' }),
    version: Type.Integer(),
    current: Type.Boolean({ description: 'Whether this is the newest version of its path' }),
    size: Type.Number({ description: 'Bytes' }),
    modifiedAt: Instant,
    sha256: Nullable(Text),
    state: FileState,
    code: Nullable(Type.String({ description: 'Kind of what is wrong with it' })),
    reason: Nullable(Type.String({ description: 'What is wrong with it, in words' })),
    runId: Nullable(RunId),
    attempt: Nullable(Type.Integer()),
    duplicateOfId: Nullable(FileId),
    waiting: Type.Boolean({
      description: 'It is settled, and waits for rows that other files bring: it is loaded when they are there',
    }),
    rows: Nullable(Type.Number({ description: 'Rows it has in its dataset' })),
    tableRows: Nullable(
      Type.Record(Type.String(), Type.Integer(), {
        description: 'Of its rows, how many each dataset has; null where its source has one dataset',
      }),
    ),
    rejects: Type.Integer({ description: 'Parts of it that could not be taken' }),
    seenAt: Instant,
    settledAt: Nullable(Instant),
    endedAt: Nullable(Instant),
    updatedAt: Instant,
  },
  component('File'),
);

/** A file with its history. Lists inside hold at most 100. */
export const FileDetailSchema = Type.Object(
  {
    ...FileSchema.properties,
    duplicateOf: Nullable(Type.Object({ id: FileId, path: Text })),
    waitsFor: Type.Array(
      Type.Object({
        dataset: Type.String({ description: 'Name of the dataset' }),
        key: Type.String({ description: 'The id of the row in it' }),
      }),
      { description: 'Rows that it waits for' },
    ),
    versions: Type.Array(
      Type.Object({
        id: FileId,
        version: Type.Integer(),
        current: Type.Boolean(),
        state: FileState,
        sha256: Nullable(Text),
        seenAt: Instant,
      }),
    ),
    runs: Type.Array(
      Type.Object({
        id: RunId,
        task: Text,
        state: RunState,
        trigger: Text,
        outcome: Nullable(Text),
        reason: Nullable(Text),
        createdAt: Instant,
        endedAt: Nullable(Instant),
      }),
    ),
    decidedBy: Nullable(Type.Object({ runId: RunId, attempt: Type.Integer(), worker: WorkerSchema })),
    rejected: Type.Array(
      Type.Object({
        ordinal: Type.Integer({ description: 'Which part of the file it is, from 0' }),
        byteOffset: Nullable(Type.Number({ description: 'Place of its first byte in the file' })),
        reason: Text,
        content: Type.String({ description: 'As it stands in the file, at most the first 2,000 characters' }),
      }),
    ),
    datasets: Type.Array(
      Type.Object({
        name: Type.String({ description: 'Name of the dataset' }),
        rows: Type.Number({ minimum: 0, description: 'Rows of the file in it' }),
        link: Type.String({ description: 'Where they are listed' }),
      }),
      { description: 'The datasets that have rows of it' },
    ),
    links: Type.Object({
      self: Text,
      rows: Nullable(Type.String({ description: 'Where its rows are listed' })),
      changes: Type.String({ description: 'The states that it went through' }),
      content: Type.String({ description: 'Its bytes' }),
      preview: Type.String({ description: 'What of it can be shown' }),
    }),
  },
  component('FileDetail', 'A file with its history'),
);

/** Which file of the inbox an upload became. */
export const UploadedSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        path: Type.String({ description: 'Below the inbox' }),
        size: Type.Number({ description: 'Bytes' }),
      }),
    ),
  },
  component('UploadedFiles', 'The files of the inbox that the upload became'),
);
