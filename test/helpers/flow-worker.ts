import type { TestContext } from 'node:test';
import { Type } from 'typebox';
import { defineTask, type TaskDefinition } from '#contracts/task.js';
import type { Pool } from '#database/pool.js';
import { beatHeart } from '#database/workers/heartbeat.js';
import { createLogger } from '#process/log.js';
import { type Carrier, openCarrier } from '#queue/carrier.js';
import { addJobs } from '#queue/jobs.js';
import { type AttemptWatch, watchAttempts } from '#runs/attempt-watch.js';
import type { TaskContext } from '#runs/context.js';
import { createExecutor } from '#runs/executor.js';
import { createReconciler, type Reconciler } from '#runs/reconciler.js';
import { createRunRecord } from '#runs/run-record.js';
import { serverPaths } from '#runs/server-paths.js';
import { startRun } from '#runs/start-run.js';
import { withTestDatabase } from './database.js';
import type { CarrierKind } from './platform.js';
import { redisMissing, startRedis } from './redis.js';
import { waitFor } from './wait.js';

const log = createLogger({ name: 'test', level: 'fatal', format: 'json' });

const common = {
  queue: 'test',
  output: Type.Object({ sum: Type.Number() }),
  retry: { attempts: 2, backoffMs: 1, maxBackoffMs: 1 },
  timeoutMs: 10_000,
  concurrency: 1,
  priority: 0,
};
/** Two tasks whose bodies the test gives: `double` takes a number, `add-up` says up to which number to go. */
export const double = defineTask({
  ...common,
  name: 'double',
  description: '',
  input: Type.Object({ n: Type.Number() }),
});
export const addUp = defineTask({
  ...common,
  name: 'add-up',
  description: '',
  input: Type.Object({ upTo: Type.Number() }),
});

/** The work of both tasks. */
export interface Bodies {
  double(context: TaskContext, input: { readonly n: number }): Promise<unknown>;
  'add-up'(context: TaskContext, input: { readonly upTo: number }): Promise<unknown>;
}

/** A run as it ended. */
export interface FlowRun {
  readonly id: string;
  readonly state: string;
  readonly output: unknown;
  readonly error: { readonly message: string } | null;
}

/** One worker of a queue in this process, over a real carrier. */
export interface FlowWorker {
  readonly pool: Pool;
  readonly carrier: Carrier;
  readonly reconciler: Reconciler;
  /** Records a run of `add-up` and adds its job. */
  start(upTo: number): Promise<string>;
  ended(id: string): Promise<FlowRun>;
  /** Records a run and waits until it has ended. */
  run(upTo: number): Promise<FlowRun>;
  query(sql: string): Promise<Record<string, unknown>[]>;
}

/**
 * Runs a test with a worker. Nothing reconciles unless the test asks for it.
 * @param slots 1 if not given
 * @param watch what tells attempts that they lost their runs; the platform's own if not given
 */
export async function withFlowWorker(
  t: TestContext,
  kind: CarrierKind,
  bodies: Bodies,
  work: (worker: FlowWorker) => Promise<void>,
  { slots = 1, watch }: { readonly slots?: number; readonly watch?: AttemptWatch } = {},
): Promise<void> {
  const redis = kind === 'redis' ? await startRedis() : undefined;
  if (kind === 'redis' && !redis) return t.skip(redisMissing);
  try {
    await withTestDatabase(async ({ url, pool }) => {
      const carrier = openCarrier({ databaseUrl: url, redisUrl: redis?.url }, 'background', () => {});
      const worker = { id: 'w', host: 'test', pid: process.pid };
      await beatHeart(pool, worker, []);
      const executor = createExecutor({
        ...{ pool, carrier, worker, log },
        record: createRunRecord({ groupPool: pool, pool }),
        catalogue: new Map<string, TaskDefinition>([double, addUp].map((task) => [task.name, task])),
        services: {
          pool,
          inboxDir: '/nowhere',
          dataDir: '/nowhere',
          lakeDir: '/nowhere',
          footageDir: '/nowhere',
          loadMemory: 2 ** 24,
          pageMemory: 2 ** 26,
          shared: (_key, open) => open(),
        },
        paths: serverPaths([]),
        stop: new AbortController().signal,
        watch: watch ?? watchAttempts(pool, log),
        // Their inputs are checked against the definitions by then.
        loadBody: async ({ name }) =>
          bodies[name as keyof Bodies] as (context: TaskContext, input: unknown) => Promise<unknown>,
      });
      const reconciler = createReconciler({
        ...{ pool, carrier, log, aliveMs: 60_000, goneMs: 60_000, queues: ['test'] },
        leads: () => Promise.resolve(true),
      });
      const jobs = carrier.worker('test', (job, token) => executor.process(job, token), {
        concurrency: slots,
        lockMs: 10_000,
      });
      void jobs.run();
      const start = async (upTo: number): Promise<string> => {
        const started = await startRun({ pool, catalogue: new Map() }, addUp, { input: { upTo }, trigger: 'api' });
        if (started.open) await addJobs(carrier, [started.open]);
        return started.id;
      };
      const query = async (sql: string): Promise<Record<string, unknown>[]> => (await pool.query(sql)).rows;
      const ended = (id: string): Promise<FlowRun> =>
        waitFor(
          'the run has ended',
          async () => {
            const { rows } = await pool.query<FlowRun>(
              `SELECT id, state, output, error FROM ops.run WHERE id = $1 AND ended_at IS NOT NULL`,
              [id],
            );
            return rows[0];
          },
          { show: async () => JSON.stringify(await query('SELECT id, task, state, held, invoke_key FROM ops.run')) },
        );
      try {
        await work({ pool, carrier, reconciler, start, ended, run: async (upTo) => ended(await start(upTo)), query });
      } finally {
        await jobs.close();
        await carrier.close();
      }
    });
  } finally {
    await redis?.stop();
  }
}
