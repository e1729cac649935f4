import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { BadInputError } from '#contracts/errors.js';
import { defineTask, type TaskDefinition } from '#contracts/task.js';
import { beatHeart } from '#database/workers/heartbeat.js';
import { createLogger } from '#process/log.js';
import { openCarrier } from '#queue/carrier.js';
import { addJobs } from '#queue/jobs.js';
import { withTestDatabase } from '../../test/helpers/database.js';
import type { TaskContext } from './context.js';
import { createExecutor } from './executor.js';
import { InvokedRunError } from './invoke.js';
import { createReconciler } from './reconciler.js';
import { createRunRecord } from './run-record.js';
import { serverPaths } from './server-paths.js';
import { startRun } from './start-run.js';

const Sum = Type.Object({ sum: Type.Number() });
const common = {
  queue: 'test',
  output: Sum,
  retry: { attempts: 2, backoffMs: 1, maxBackoffMs: 1 },
  timeoutMs: 10_000,
  concurrency: 1,
  priority: 0,
};
const double = defineTask({ ...common, name: 'double', description: '', input: Type.Object({ n: Type.Number() }) });
const addUp = defineTask({ ...common, name: 'add-up', description: '', input: Type.Object({ upTo: Type.Number() }) });

type Bodies = Record<string, (context: TaskContext, input: unknown) => Promise<unknown>>;

/** One worker with one slot over the Postgres carrier, and the way to start a run and see it end. */
async function withWorker(
  bodies: Bodies,
  work: (
    run: (
      task: TaskDefinition,
      input: unknown,
    ) => Promise<{ id: string; state: string; output: unknown; error: { message: string } | null }>,
    query: (sql: string) => Promise<Record<string, unknown>[]>,
  ) => Promise<void>,
): Promise<void> {
  await withTestDatabase(async ({ url, pool }) => {
    const log = createLogger({ name: 'test', level: 'fatal', format: 'json' });
    const carrier = openCarrier({ databaseUrl: url }, 'background', () => {});
    const identity = { id: 'w', host: 'test', pid: process.pid };
    await beatHeart(pool, identity, []);
    const executor = createExecutor({
      pool,
      record: createRunRecord({ groupPool: pool, pool }),
      carrier,
      worker: identity,
      catalogue: new Map<string, TaskDefinition>([double, addUp].map((task) => [task.name, task])),
      services: {
        pool,
        inboxDir: '/nowhere',
        dataDir: '/nowhere',
        loadMemory: 2 ** 24,
        pageMemory: 2 ** 26,
        shared: (_key, open) => open(),
      },
      log,
      paths: serverPaths([]),
      stop: new AbortController().signal,
      loadBody: async (task) => bodies[task.name] ?? assert.fail(`no body for ${task.name}`),
    });
    const reconciler = createReconciler({
      ...{ pool, carrier, log },
      ...{ aliveMs: 60_000, goneMs: 60_000 },
      leads: () => Promise.resolve(true),
    });
    const worker = carrier.worker('test', (job, token) => executor.process(job, token), {
      concurrency: 1,
      lockMs: 10_000,
    });
    void worker.run();
    try {
      await work(
        async (task, input) => {
          const started = await startRun(pool, task, { input, trigger: 'api' });
          if (started.open) await addJobs(carrier, [started.open]);
          for (;;) {
            const { rows } = await pool.query('SELECT id, state, output, error FROM ops.run WHERE id = $1', [
              started.id,
            ]);
            if (['succeeded', 'failed'].includes(rows[0].state)) return rows[0];
            await reconciler.pass();
          }
        },
        async (sql) => (await pool.query(sql)).rows,
      );
    } finally {
      await worker.close();
      await carrier.close();
    }
  });
}

const numberIn = (input: unknown, key: string): number => Number(Object(input)[key]);

test('a task that invokes others on a single slot gives it back, starts again and gets their recorded results', async () => {
  let parentBodies = 0;
  let childBodies = 0;
  const bodies: Bodies = {
    double: async (_context, input) => {
      childBodies += 1;
      return { sum: 2 * numberIn(input, 'n') };
    },
    'add-up': async (context, input) => {
      parentBodies += 1;
      const first = await context.invoke('first', double, { n: 100 });
      const rest = await context.invokeAll(
        'rest',
        double,
        Array.from({ length: numberIn(input, 'upTo') }, (_, n) => ({ n })),
      );
      return { sum: rest.reduce((sum, each) => sum + each.sum, first.sum) };
    },
  };
  await withWorker(bodies, async (run, query) => {
    const ended = await run(addUp, { upTo: 4 });
    assert.deepEqual([ended.state, ended.output], ['succeeded', { sum: 212 }]);
    assert.equal(parentBodies, 3, 'once per wait and once to the end');
    assert.equal(childBodies, 5, 'each invoked run ran once');
    assert.deepEqual(
      (
        await query(
          `SELECT invoke_key AS key, root_id = parent_id AS rooted, trigger FROM ops.run WHERE parent_id IS NOT NULL ORDER BY 1`,
        )
      ).map((row) => [row['key'], row['rooted'], row['trigger']]),
      [['first', true, 'invoke'], ...[0, 1, 2, 3].map((n) => [`rest/${n}`, true, 'invoke'])],
    );
    assert.deepEqual(
      (await query(`SELECT state FROM ops.attempt WHERE run_id = '${ended.id}' ORDER BY number`)).map(
        (row) => row['state'],
      ),
      ['suspended', 'suspended', 'succeeded'],
    );
  });
});

test('an invoked run that fails fails its parent with its words, without another try of the parent', async () => {
  const bodies: Bodies = {
    double: () => Promise.reject(new BadInputError('odd', 'expected an even number')),
    'add-up': async (context) => await context.invoke('only', double, { n: 1 }),
  };
  await withWorker(bodies, async (run, query) => {
    const ended = await run(addUp, { upTo: 1 });
    assert.equal(ended.state, 'failed');
    assert.match(ended.error?.message ?? '', /"only", double\) failed: expected an even number/);
    assert.equal((await query(`SELECT FROM ops.attempt WHERE run_id = '${ended.id}'`)).length, 2);
  });
});

test('a parent may catch the failure of a run it invoked and go on', async () => {
  const bodies: Bodies = {
    double: () => Promise.reject(new BadInputError('odd', 'no')),
    'add-up': async (context) => {
      try {
        return await context.invoke('only', double, { n: 1 });
      } catch (error) {
        if (!(error instanceof InvokedRunError)) throw error;
        return { sum: -1 };
      }
    },
  };
  await withWorker(bodies, async (run) => {
    const ended = await run(addUp, { upTo: 1 });
    assert.deepEqual([ended.state, ended.output], ['succeeded', { sum: -1 }]);
  });
});
