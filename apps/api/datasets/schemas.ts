import { Type } from 'typebox';
import { component } from '../http/openapi/component.js';
import { FileId, Instant, Nullable, RunId } from '../http/schemas.js';

const Text = Type.String();
const Count = (description: string) => Type.Integer({ minimum: 0, description });

const datasetFields = {
  name: Type.String({ description: 'That of its source' }),
  source: Type.Object({
    name: Text,
    description: Type.String({ description: 'The files that it takes' }),
    task: Type.String({ description: 'The task that loads them' }),
    format: Nullable(Type.Enum(['parquet', 'json'], { description: 'Of a declared source' })),
  }),
  table: Type.String({ description: 'In the database, with its schema' }),
  description: Text,
  columns: Type.Array(
    Type.Object({
      name: Type.String({ description: 'In the table and in CSV, XLSX and Parquet' }),
      field: Type.String({ description: 'In JSON, NDJSON and the names of parameters' }),
      type: Type.String({ description: 'As PostgreSQL names it; text with a maxLength is varchar' }),
      maxLength: Nullable(Type.Integer({ description: 'Most characters' })),
      precision: Nullable(Type.Integer({ description: 'Most digits of a numeric' })),
      scale: Nullable(Type.Integer({ description: 'Of those, behind the point' })),
      required: Type.Boolean({ description: 'Every row has a value' }),
      description: Nullable(Text),
      unit: Nullable(Type.String({ description: 'What a value counts or measures' })),
      from: Type.String({ description: 'Its name in the files' }),
      example: Nullable(Type.Union([Text, Type.Number(), Type.Boolean()], { description: 'A value as it may come' })),
    }),
    { description: 'Beside file_id and ordinal, which every dataset has' },
  ),
  rows: Count('Rows of its loaded files by the ledger: exact, since rows and ledger are committed together'),
  files: Count('Loaded files'),
  lastLoad: Nullable(
    Type.Object(
      { fileId: FileId, path: Text, runId: Nullable(RunId), at: Nullable(Instant) },
      { description: 'The file that was loaded last' },
    ),
  ),
  freshness: Type.Object({
    lastLoadAt: Nullable(Instant),
    ageSeconds: Nullable(Type.Number({ description: 'Since the last load, by the database’s clock' })),
    newestRow: Nullable(
      Type.String({
        description:
          'Greatest time of the rows, of a dataset that is partitioned by a time; with Z where the column has a zone',
      }),
    ),
  }),
  size: Nullable(
    Type.Object(
      {
        bytes: Count('Of the table with its partitions and indexes'),
        tableBytes: Count('Of those, without indexes'),
        indexBytes: Count('Of those, the indexes'),
        partitions: Count('0 for a table that is not partitioned'),
        measuredAt: Instant,
      },
      { description: 'On disk, measured once a minute at most; null while that takes too long' },
    ),
  ),
  lastLoads: Type.Array(
    Type.Object({
      runId: RunId,
      at: Instant,
      files: Count('Of the run’s files those that nothing has replaced since'),
      rows: Count('Rows of those files here'),
    }),
    { description: 'The last five runs that loaded files of it, latest first' },
  ),
  lineage: Type.Object(
    {
      source: Text,
      task: Text,
      table: Text,
      followedBy: Nullable(Type.String({ description: 'The task that runs after its loads' })),
      star: Type.Array(Text, { description: 'Tables that the rows are kept in once more: facts, then dimensions' }),
      views: Type.Array(Text, { description: 'Views that read the table or its star, as PostgreSQL knows them' }),
    },
    { description: 'From the files to what reads their rows' },
  ),
  links: Type.Object({
    self: Text,
    rows: Text,
    csv: Text,
    xlsx: Text,
    ndjson: Text,
    parquet: Text,
    route: Type.Optional(Type.String({ description: 'A route of its own that lists the rows in another way' })),
    stats: Type.Optional(Type.String({ description: 'Figures of it, where it has a summary' })),
    completeness: Type.Optional(Type.String({ description: 'Which minutes have rows, where it has a summary' })),
  }),
};

/** A dataset as lists show it. */
export const DatasetSchema = Type.Object(datasetFields, component('Dataset'));

const Dimension = Type.Object({ table: Text, column: Text, belongsTo: Type.Optional(Text) });

/** A dataset with all that it is read by. */
export const DatasetDetailSchema = Type.Object(
  {
    ...datasetFields,
    indexes: Type.Array(Type.Array(Text), { description: 'Columns of each index beside the one by file' }),
    partition: Nullable(Type.Object({ column: Text, every: Type.Enum(['day', 'month', 'year']) })),
    replace: Nullable(
      Type.Enum(['file', 'day', 'table'], {
        description: 'Which rows go when a file is loaded; null where a task decides it by itself',
      }),
    ),
    star: Nullable(Type.Object({ fact: Text, view: Text, dimensions: Type.Array(Dimension) })),
    filters: Type.Array(
      Type.Object({
        parameter: Text,
        column: Text,
        kind: Type.Enum(['equal', 'from', 'to', 'min', 'max', 'contains']),
        description: Text,
        values: Nullable(
          Type.String({ description: 'Where the values of the column are listed, of which people may choose one' }),
        ),
      }),
      { description: 'Parameters of the rows and of their exports; several leave the rows that fit all of them' },
    ),
    sorts: Type.Array(Text, { description: 'What the parameter sort takes; - means the largest first' }),
  },
  component('DatasetDetail', 'One dataset'),
);
