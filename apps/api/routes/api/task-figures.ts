import { Type } from 'typebox';
import { runStates } from '#contracts/states.js';
import { measuredRuns, readTaskFigures, walkedRuns } from '#database/queries/task-figures.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { Instant, Nullable, problems, RunId } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { knownTask } from '../../tasks/known-task.js';
import { RunState } from './run-schemas.js';

const Quantiles = (description: string) =>
  Type.Object(
    {
      p50: Nullable(Type.Number({ description: 'Half of the runs took as long or less; null: none was measured' })),
      p95: Nullable(Type.Number({ description: '95 of 100 runs took as long or less' })),
    },
    { description },
  );

const FiguresSchema = Type.Object(
  {
    task: Type.String(),
    since: Type.String({ ...Instant, description: 'Since when runs are counted and measured: a whole hour' }),
    runs: Type.Object(Object.fromEntries(runStates.map((state) => [state, Type.Number()])), {
      description: 'Runs recorded since then, by the state that they have now',
    }),
    successRate: Nullable(
      Type.Number({
        description: 'Of the runs that succeeded or failed, the share that succeeded: 0 to 1; null: none did',
      }),
    ),
    open: Type.Number({ description: 'Runs that have not ended, whenever they were recorded' }),
    measured: Type.Number({ description: 'How many runs the quantiles are of' }),
    durationMs: Quantiles('Milliseconds from the first start to the end'),
    waitingMs: Quantiles(
      'Milliseconds from when a run could have begun until it did; not of runs that were tried again',
    ),
    lastRuns: Type.Array(
      Type.Object({
        id: RunId,
        state: RunState,
        createdAt: Instant,
        durationMs: Nullable(
          Type.Number({ description: 'From its first start to its end, or to now; null before it starts' }),
        ),
      }),
      { description: 'The 20 newest, newest first' },
    ),
  },
  component('TaskFigures', 'Figures of a task’s runs'),
);

const AllFiguresSchema = Type.Object(
  { items: Type.Array(FiguresSchema), nextCursor: Type.Null() },
  component('TaskFiguresPage', 'Figures of all tasks'),
);

const DaysQuery = Type.Object(
  {
    days: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 90, default: 7, description: 'Runs recorded within so many days count' }),
    ),
  },
  { additionalProperties: false },
);

const description =
  `Counts are of all runs. Quantiles are exact, of the newest ${measuredRuns} runs within the days that have ended; they are looked for ` +
  `among the task’s newest ${walkedRuns}, so there are none while more than these wait.`;

/** GET /api/tasks/figures and /api/tasks/{name}/figures. */
export async function taskFigureRoutes(app: App, deps: ApiDeps): Promise<void> {
  const { pool, catalogue } = deps;
  app.get(
    '/api/tasks/figures',
    {
      schema: {
        operationId: 'listTaskFigures',
        tags: ['tasks'],
        summary: 'Figures of all tasks: last runs, success rate, how long runs take and wait',
        description,
        querystring: DaysQuery,
        response: { 200: AllFiguresSchema, ...problems(422) },
      },
    },
    async ({ query }) => {
      const found = readTaskFigures(pool, [...catalogue.keys()], query.days ?? 7);
      return { items: await refuseSlowQuery(found, advice), nextCursor: null };
    },
  );

  app.get(
    '/api/tasks/:name/figures',
    {
      schema: {
        operationId: 'getTaskFigures',
        tags: ['tasks'],
        summary: 'Figures of a task: last runs, success rate, how long runs take and wait',
        description,
        params: Type.Object({ name: Type.String({ maxLength: 200 }) }),
        querystring: DaysQuery,
        response: { 200: FiguresSchema, ...problems(404, 422) },
      },
    },
    async ({ params, query }) => {
      const { name } = knownTask(catalogue, params.name);
      const [figures] = await refuseSlowQuery(readTaskFigures(pool, [name], query.days ?? 7), advice);
      if (!figures) throw new Error(`expected the figures of ${name}, got none`);
      return figures;
    },
  );
}

const advice = 'ask for fewer days';
