import type { TestContext } from 'node:test';
import { loadCatalogue, queuesOf } from '#catalogue/catalogue.js';
import { beatHeart } from '#database/workers/heartbeat.js';
import { taskBodies } from '#loading/task-body.js';
import { createLogger } from '#process/log.js';
import { openCarrier } from '#queue/carrier.js';
import { watchAttempts } from '#runs/attempt-watch.js';
import { createExecutor } from '#runs/executor.js';
import { createRunRecord } from '#runs/run-record.js';
import { serverPaths } from '#runs/server-paths.js';
import { createServices } from '#runs/services.js';
import type { CarrierKind } from '../helpers/platform.js';
import { redisMissing, startRedis } from '../helpers/redis.js';
import { waitFor } from '../helpers/wait.js';
import { type WrittenTask, writeTasks } from '../helpers/written-tasks.js';
import { type Answer, type TestApi, withApi } from './api-fixture.js';

/** The API with a worker in this process, on all queues of its tasks. */
export interface FlowApi extends TestApi {
  /** Asks for a run of a task. */
  post(task: string, input: unknown): Promise<Answer>;
  /** The same, and waits until it has ended: the run as the API shows it. */
  run(task: string, input: unknown): Promise<Answer['body']>;
}

/** Runs a test against the API, with tasks of the test beside those of the catalogue. */
export async function withFlowApi(
  t: TestContext,
  kind: CarrierKind,
  tasks: Readonly<Record<string, WrittenTask>>,
  work: (api: FlowApi) => Promise<void>,
): Promise<void> {
  const redis = kind === 'redis' ? await startRedis() : undefined;
  if (kind === 'redis' && !redis) return t.skip(redisMissing);
  const folder = writeTasks(t, tasks);
  const catalogue = await loadCatalogue([folder]);
  const log = createLogger({ name: 'test', level: 'fatal', format: 'json' });
  try {
    const options = { deps: { catalogue }, ...(redis ? { redisUrl: redis.url } : {}) };
    await withApi(async (api) => {
      const { pool, url, inbox, dataDir } = api;
      const carrier = openCarrier({ databaseUrl: url, redisUrl: redis?.url }, 'background', () => {});
      const worker = { id: 'w', host: 'test', pid: process.pid };
      await beatHeart(pool, worker, []);
      const memory = { loadMemory: 2 ** 24, pageMemory: 2 ** 26 };
      const services = createServices(
        { pool, inboxDir: inbox, dataDir, lakeDir: dataDir, footageDir: dataDir, ...memory },
        log,
      );
      const executor = createExecutor({
        ...{ pool, carrier, worker, log, catalogue, services },
        record: createRunRecord({ groupPool: pool, pool }),
        paths: serverPaths([]),
        stop: new AbortController().signal,
        watch: watchAttempts(pool, log),
        followUpsOff: new Set(['refresh-star']),
        loadBody: taskBodies([folder]),
      });
      const workers = [...queuesOf(catalogue)].map(([queue, concurrency]) =>
        carrier.worker(queue, (job, token) => executor.process(job, token), { concurrency, lockMs: 10_000 }),
      );
      for (const each of workers) void each.run();
      const post = (task: string, input: unknown): Promise<Answer> =>
        api.ask(`/api/tasks/${task}/runs`, { method: 'POST', body: { input } });
      const run = async (task: string, input: unknown): Promise<Answer['body']> => {
        const { status, body } = await post(task, input);
        if (status !== 202) throw new Error(`expected the run to be taken, got ${status}: ${JSON.stringify(body)}`);
        return await waitFor('the run has ended', async () => {
          const { body: seen } = await api.ask(`/api/runs/${body.id}`);
          return seen.endedAt === null ? undefined : seen;
        });
      };
      try {
        await work({ ...api, post, run });
      } finally {
        await Promise.all(workers.map((each) => each.close()));
        await services.close();
        await carrier.close();
      }
    }, options);
  } finally {
    await redis?.stop();
  }
}

/** Tasks of which tests make flows. */
export const flowTasks: Readonly<Record<string, WrittenTask>> = {
  count: {
    input: '{ text: Type.String() }, { additionalProperties: false }',
    output: '{ words: Type.Integer(), list: Type.Array(Type.String()) }',
    body: `export const run = async (context, { text }) => ({ words: text.split(' ').length, list: text.split(' ') });`,
  },
  double: {
    input: '{ n: Type.Integer() }, { additionalProperties: false }',
    output: '{ n: Type.Integer() }',
    body: 'export const run = async (context, { n }) => ({ n: 2 * n });',
  },
  fail: {
    input: '{ reason: Type.Optional(Type.String()) }',
    output: '{ maybe: Type.Optional(Type.Integer()) }',
    body: `import { BadInputError } from 'millrace';
export const run = async (context, { reason }) => {
  if (reason !== undefined) throw new BadInputError('test', reason);
  return {};
};`,
  },
};
