import { Type } from 'typebox';
import { fileStates, runStates } from '#contracts/states.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { Instant, Nullable, problems } from '../../http/schemas.js';
import { overviewOf, overviewParts } from '../../overview/overview.js';

const Count = Type.Number();
const CountsOf = (names: readonly string[]) => Type.Object(Object.fromEntries(names.map((name) => [name, Count])));

const loads = { files: Count, rows: Count, bytes: Count };
const LoadRate = (description: string) =>
  Type.Object(
    {
      seconds: Type.Number({ description: 'How long ago that time began' }),
      ...loads,
      filesPerSecond: Type.Number(),
      rowsPerSecond: Type.Number(),
      sources: Type.Array(Type.Object({ source: Type.String(), ...loads }), {
        description: 'Those that loaded something',
      }),
    },
    { description },
  );

const OverviewSchema = Type.Object(
  {
    runs: Nullable(CountsOf(runStates)),
    files: Nullable(CountsOf(fileStates)),
    loads: Nullable(
      Type.Object({
        minute: LoadRate('Loaded since the minute before this one began: 60 to 120 seconds'),
        hour: LoadRate('Loaded since sixty minutes before this one began'),
      }),
    ),
    queues: Nullable(
      Type.Array(
        Type.Object({
          name: Type.String(),
          ...{ queued: Count, delayed: Count, waiting: Count, running: Count },
          oldestSeconds: Type.Number({ description: 'For how long the run that has waited longest could have begun' }),
        }),
        { description: 'Runs that have not ended, by queue' },
      ),
    ),
    workers: Nullable(
      Type.Object(
        {
          ...{ living: Count, silent: Count, lost: Count },
          quiet: Type.Array(
            Type.Object({
              id: Type.String(),
              host: Type.String(),
              pid: Type.Integer(),
              state: Type.Enum(['silent', 'lost']),
              silentSeconds: Type.Number({ description: 'Since its last sign of life' }),
            }),
            { description: 'Those that are silent or lost, at most 20' },
          ),
        },
        { description: 'Workers that gave a sign of life within the last hour and did not stop in good order' },
      ),
    ),
    failedRuns: Nullable(
      Type.Object(
        {
          since: Type.String({ ...Instant, description: 'The begin of the hour 24 hours ago' }),
          count: Count,
          tasks: Type.Array(Type.Object({ task: Type.String(), count: Count })),
        },
        { description: 'Runs recorded since then that have failed' },
      ),
    ),
    schedules: Nullable(
      Type.Array(
        Type.Object({
          schedule: Type.String(),
          missed: Nullable(Type.Number({ description: 'Nobody fired them in time; null: more than anybody counts' })),
          skipped: Type.Number({ description: 'A run of an earlier slot went on' }),
          failed: Type.Number({ description: 'No run could be recorded' }),
        }),
        { description: 'Schedules of which slots of the last 24 hours did not become runs, at most 100' },
      ),
    ),
    pausedTasks: Nullable(Type.Array(Type.String())),
    pausedQueues: Nullable(Type.Array(Type.String())),
    unknown: Type.Array(
      Type.Object({ part: Type.Enum([...overviewParts]), reason: Type.String({ description: 'In words for people' }) }),
      { description: 'The parts that are null, and why' },
    ),
  },
  component('Overview', 'What the platform does now, and what asks for attention'),
);

/** GET /api/overview. */
export async function overviewRoutes(app: App, deps: ApiDeps): Promise<void> {
  const read = overviewOf(deps);
  app.get(
    '/api/overview',
    {
      schema: {
        operationId: 'getOverview',
        tags: ['overview'],
        summary: 'What the platform does now, and what asks for attention',
        description:
          'Each part is read at most once a second, however many ask. One that cannot be read, or is late, is null; `unknown` says why.',
        response: { 200: OverviewSchema, ...problems() },
      },
    },
    () => read(),
  );
}
