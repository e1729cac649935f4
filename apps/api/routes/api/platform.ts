import { Type } from 'typebox';
import { processStates } from '#process/supervisor-state.js';
import type { ApiDeps } from '../../deps.js';
import type { Checks } from '../../health/checks.js';
import { FaultSchema } from '../../health/fault.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { Instant, Nullable, problems } from '../../http/schemas.js';
import { platformOf } from '../../overview/platform.js';

const Text = Type.String();
const Count = Type.Integer({ minimum: 0 });

const QueueSchema = Type.Object(
  {
    name: Text,
    paused: Type.Boolean({ description: 'Workers begin none of its jobs' }),
    concurrency: Nullable(Type.Integer({ description: 'How many of its jobs may run at a time, over all workers' })),
    rateLimit: Nullable(
      Type.Object(
        { max: Type.Integer(), durationMs: Type.Integer() },
        { description: 'How many of its jobs may begin in a time' },
      ),
    ),
    jobs: Type.Record(Text, Count, {
      description: 'Jobs by BullMQ’s own states; of those that ended only the newest are kept',
    }),
  },
  component('CarrierQueue', 'A queue as the carrier has it; GET /api/overview has its runs from the record'),
);

const ProcessSchema = Type.Object(
  {
    name: Type.String({ description: 'postgres, api, watcher, or worker and its number' }),
    state: Type.Enum([...processStates]),
    since: Instant,
    pid: Nullable(Type.Integer()),
    restarts: Type.Integer({ minimum: 0, description: 'Since the supervisor started' }),
    lastExit: Nullable(
      Type.Object({
        reason: Type.String({ description: 'How it ended last, as SIGKILL or exit code 1' }),
        at: Instant,
      }),
    ),
  },
  component('SupervisedProcess', 'A process that the supervisor starts again when it ends'),
);

const PlatformSchema = Type.Object(
  {
    process: Type.Object(
      {
        version: Type.String({ description: 'Of Millrace' }),
        ...{ host: Text, pid: Type.Integer(), node: Text, startedAt: Instant },
      },
      { description: 'The API process that answers' },
    ),
    database: Nullable(
      Type.Object(
        {
          version: Type.String({ description: 'Of PostgreSQL' }),
          embedded: Type.Boolean({ description: 'The supervisor started it, below DATA_DIR' }),
        },
        { description: 'Null: not known at the moment' },
      ),
    ),
    carrier: Type.Object({
      kind: Type.Enum(['redis', 'postgres']),
      queues: Nullable(Type.Array(QueueSchema, { description: 'By name; null: not known at the moment' })),
      actions: Type.Boolean({ description: 'People may pause and limit queues at /queues (QUEUE_ACTIONS=on)' }),
    }),
    supervisor: Nullable(
      Type.Object(
        { pid: Type.Integer(), startedAt: Instant, processes: Type.Array(ProcessSchema) },
        { description: 'What looks after this process and others of its machine; null: nothing of ours does' },
      ),
    ),
    faults: Type.Array(FaultSchema, {
      description: 'What is missing for the platform to do its work, as /readyz has it',
    }),
  },
  component('Platform', 'What Millrace runs on, and what is missing'),
);

/** GET /api/platform. */
export async function platformRoutes(app: App, deps: ApiDeps & { readonly checks: Checks }): Promise<void> {
  const read = platformOf(deps, deps.checks);
  app.get(
    '/api/platform',
    {
      schema: {
        operationId: 'getPlatform',
        tags: ['overview'],
        summary: 'What Millrace runs on: version, database, carrier, supervised processes, and what is missing',
        description: 'Read at most once a second, however many ask. GET /api/workers has the workers of all machines.',
        response: { 200: PlatformSchema, ...problems() },
      },
    },
    () => read(),
  );
}
