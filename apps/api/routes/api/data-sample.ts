import { Type } from 'typebox';
import { listSamples } from '#database/queries/data-sample.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { component } from '../../http/openapi/component.js';
import { FileId, ListQuery, Nullable, PageOf, problems, RunId, TimeBound } from '../../http/schemas.js';
import { readBounds } from '../../http/time-bounds.js';
import { FilePlaceSchema } from './places.js';

/** How long a request looks for rows that match before it hands out what it has. */
const budgetMs = 2_000;

const SampleQuery = ListQuery({
  from: TimeBound('createAt then or later'),
  to: TimeBound('createAt then or earlier'),
  departmentName: Type.Optional(Type.String({ description: 'The department, exactly' })),
  sensorSerial: Type.Optional(Type.String({ description: 'The sensor, exactly' })),
  productName: Type.Optional(Type.String({ description: 'The product, exactly' })),
  fileId: Type.Optional(FileId),
});

const WallTime = Type.String({
  description: 'ISO-8601 without a zone, as in the file',
  examples: ['2023-01-01T00:00:00'],
});

const SampleSchema = Type.Object(
  {
    fileId: FileId,
    ordinal: Type.Integer({ description: 'Place of the row in its file, from 0' }),
    runId: Nullable(RunId),
    departmentName: Nullable(Type.String()),
    sensorSerial: Nullable(Type.String()),
    createAt: WallTime,
    productName: Nullable(Type.String()),
    productExpire: Nullable(WallTime),
  },
  component('DataSampleRow'),
);

/** GET /api/data-sample. */
export async function dataSampleRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/data-sample',
    {
      schema: {
        operationId: 'listDataSampleRows',
        tags: ['datasets'],
        summary: 'Rows of the data sample, by file and place in it',
        description:
          'The table is large and has no index on its columns: a request that finds little within two seconds answers ' +
          'with a short page, even an empty one, and a nextCursor. Only a null nextCursor is the end.',
        querystring: SampleQuery,
        response: { 200: PageOf(SampleSchema, 'A page of rows'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const walk = { source: 'data-sample', budgetMs };
      return toPage(
        await listSamples(pool, { ...query, ...readBounds(query) }, readPage(FilePlaceSchema, query), walk),
      );
    },
  );
}
