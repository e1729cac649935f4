import { Type } from 'typebox';
import { countRuns, type RunGroup, runGroups } from '#database/queries/run-counts.js';
import { type RunSort, runSorts } from '#database/queries/run-pages.js';
import { listSteps } from '#database/queries/run-steps.js';
import { listRuns } from '#database/queries/runs.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { component } from '../../http/openapi/component.js';
import { notFound } from '../../http/problem.js';
import { ListQuery, Nullable, namedIn, OneOrMore, PageOf, problems, RunId } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { findShownRun, showRun } from '../../runs/show-run.js';
import { readRunFilter, runFilterFields } from './run-query.js';
import { RunDetailSchema, RunSummarySchema, StepSchema } from './run-schemas.js';

const includes = ['input', 'output'] as const;

const RunQuery = ListQuery({
  ...runFilterFields,
  sort: Type.Optional(
    Type.Enum([...runSorts], {
      description: 'Order; `-` for descending, -createdAt if not given. Runs without that value come last',
    }),
  ),
  include: Type.Optional(OneOrMore(includes, 'Long values to be shown')),
});

const CountQuery = Type.Object(
  {
    ...runFilterFields,
    by: Type.Optional(
      Type.String({
        pattern: `^(${runGroups.join('|')}|label:.{1,200})$`,
        description: `What they are counted by: ${runGroups.join(', ')}, or a label as label:name`,
      }),
    ),
  },
  { additionalProperties: false },
);

const CountsSchema = Type.Object(
  {
    count: Type.Number({ description: 'All runs that the filter finds' }),
    groups: Type.Array(
      Type.Object({ value: Nullable(Type.String({ description: 'Null: without that label' })), count: Type.Number() }),
      { description: 'With `by`: the values, the most frequent first, at most 200' },
    ),
  },
  component('RunCounts', 'How many runs there are'),
);

const IdParam = Type.Object({ id: RunId });

/** GET /api/runs, /api/runs/counts, /api/runs/{id} and /api/runs/{id}/steps. */
export async function runRoutes(app: App, deps: ApiDeps): Promise<void> {
  const { prisma, pool } = deps;
  app.get(
    '/api/runs',
    {
      schema: {
        operationId: 'listRuns',
        tags: ['runs'],
        summary: 'Runs, newest first if not asked otherwise',
        querystring: RunQuery,
        response: { 200: PageOf(RunSummarySchema, 'A page of runs'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const { sort = '-createdAt' } = query;
      const page = readPage(PositionIn(sort), query);
      const include = namedIn(includes, query.include);
      const found = listRuns(pool, readRunFilter(query), { ...page, sort, include });
      const { items, nextCursor } = toPage(await refuseSlowQuery(found, narrower));
      return { items: items.map((run) => showRun(deps, run)), nextCursor };
    },
  );

  app.get(
    '/api/runs/counts',
    {
      schema: {
        operationId: 'countRuns',
        tags: ['runs'],
        summary: 'How many runs there are, by task, state, trigger, queue or a label',
        querystring: CountQuery,
        response: { 200: CountsSchema, ...problems(422) },
      },
    },
    async ({ query }) => {
      const filter = readRunFilter(query);
      const group = query.by === undefined ? undefined : groupOf(query.by);
      return await refuseSlowQuery(countRuns(pool, filter, group), narrower);
    },
  );

  app.get(
    '/api/runs/:id',
    {
      schema: {
        operationId: 'getRun',
        tags: ['runs'],
        summary: 'One run: input, output, attempts, children, files',
        params: IdParam,
        response: { 200: RunDetailSchema, ...problems(404) },
      },
    },
    async ({ params }) => {
      const run = await findShownRun(deps, params.id);
      if (!run) throw unknownRun(params.id);
      return run;
    },
  );

  app.get(
    '/api/runs/:id/steps',
    {
      schema: {
        operationId: 'listRunSteps',
        tags: ['runs'],
        summary: 'A run’s recorded steps, by key',
        params: IdParam,
        querystring: ListQuery({}),
        response: { 200: PageOf(StepSchema, 'A page of steps'), ...problems(404, 422) },
      },
    },
    async ({ params, query }) => {
      const page = await listSteps(prisma, params.id, readPage(Type.String(), query));
      if (!page) throw unknownRun(params.id);
      return toPage(page);
    },
  );
}

/** A cursor belongs to one order. */
const PositionIn = (sort: RunSort) =>
  Type.Object({ sort: Type.Enum([sort]), key: Type.String({ pattern: numberPattern }), id: RunId });

/** As PostgreSQL writes a float8. */
const numberPattern = '^-?([0-9]{1,20}([.][0-9]{1,20})?(e[+-]?[0-9]{1,3})?|Infinity)$';

function groupOf(by: string): RunGroup {
  return runGroups.find((group) => group === by) ?? { label: by.slice('label:'.length) };
}

const narrower = 'ask for less: a task, a state, or a time (from, to)';

const unknownRun = (id: string) => notFound(`no run has the id ${id}`);
