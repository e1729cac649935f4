import { Type } from 'typebox';
import { readLoadSeries } from '#database/queries/load-series.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { problems } from '../../http/schemas.js';
import { readSlices, showSlices, sliceFields, sliceSchemas } from '../../http/slices.js';
import { refuseSlowQuery } from '../../http/slow-query.js';

const SeriesQuery = Type.Object(
  { ...sliceFields, source: Type.Optional(Type.String({ maxLength: 200, description: 'Name of the source' })) },
  { additionalProperties: false },
);

const Numbers = Type.Array(Type.Number(), { description: 'One for each slice' });

const SeriesSchema = Type.Object(
  {
    ...sliceSchemas,
    groups: Type.Array(
      Type.Object({
        source: Type.String(),
        total: Type.Object(
          { files: Type.Number(), rows: Type.Number(), bytes: Type.Number() },
          { description: 'In all slices' },
        ),
        ...{ files: Numbers, rows: Numbers, bytes: Numbers },
      }),
      { description: 'The sources of which something was loaded, by name' },
    ),
  },
  component('LoadSeries', 'What was loaded in each slice of time'),
);

/** GET /api/files/series. */
export async function fileSeriesRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/files/series',
    {
      schema: {
        operationId: 'getLoadSeries',
        tags: ['files'],
        summary: 'Files, rows and bytes that were loaded in each hour or day, by source',
        description: 'A file that is loaded once more counts again; what is deleted or replaced later stays counted.',
        querystring: SeriesQuery,
        response: { 200: SeriesSchema, ...problems(422) },
      },
    },
    async ({ query }) => {
      const slices = readSlices(query);
      const groups = await refuseSlowQuery(readLoadSeries(pool, slices, query.source), 'ask for a shorter time');
      return { ...showSlices(slices), groups };
    },
  );
}
