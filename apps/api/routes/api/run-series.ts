import { Type } from 'typebox';
import { readRunSeries, seriesGroups } from '#database/queries/run-series.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { Nullable, problems } from '../../http/schemas.js';
import { readSlices, showSlices, sliceFields, sliceSchemas } from '../../http/slices.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { readRunFilter, runFilterFields } from './run-query.js';

const SeriesQuery = Type.Object(
  {
    ...sliceFields,
    by: Type.Optional(
      Type.Enum([...seriesGroups], {
        default: 'state',
        description: 'state: that of now, all of them; task: the most frequent first, at most 50',
      }),
    ),
    task: runFilterFields.task,
    state: runFilterFields.state,
    trigger: runFilterFields.trigger,
  },
  { additionalProperties: false },
);

const SeriesSchema = Type.Object(
  {
    ...sliceSchemas,
    count: Type.Number({ description: 'Runs in all slices' }),
    groups: Type.Array(
      Type.Object({
        value: Nullable(Type.String({ description: 'The state or the task; null: all tasks without a group' })),
        count: Type.Number({ description: 'In all slices' }),
        runs: Type.Array(Type.Number(), { description: 'One for each slice' }),
      }),
    ),
  },
  component('RunSeries', 'How many runs were recorded in each slice of time'),
);

/** GET /api/runs/series. */
export async function runSeriesRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/runs/series',
    {
      schema: {
        operationId: 'getRunSeries',
        tags: ['runs'],
        summary: 'How many runs were recorded in each hour or day, by state or task',
        querystring: SeriesQuery,
        response: { 200: SeriesSchema, ...problems(422) },
      },
    },
    async ({ query }) => {
      const { from: _from, to: _to, ...filter } = query;
      const slices = readSlices(query);
      const found = readRunSeries(pool, readRunFilter(filter), slices, query.by ?? 'state');
      const groups = await refuseSlowQuery(found, 'ask for a shorter time');
      const count = groups.reduce((total, group) => total + group.count, 0);
      return { ...showSlices(slices), count, groups };
    },
  );
}
