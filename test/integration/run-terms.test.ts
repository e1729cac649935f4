import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { runAttempt } from '#runs/attempt.js';
import type { TaskContext } from '#runs/context.js';
import { type RunRequest, startRun } from '#runs/start-run.js';
import { withTestDatabase } from '../helpers/database.js';
import { addUp, type Bodies, double, withFlowWorker } from '../helpers/flow-worker.js';
import { openStubWorker, plainTask } from '../helpers/stub-worker.js';

interface SeenRun {
  readonly state: string;
  readonly failures: number;
  readonly delay_ms: number;
  readonly error: { readonly message: string };
}

/** Does the first attempt of a run of `plain`. */
async function tryOnce(
  body: (context: TaskContext) => Promise<unknown>,
  request: Partial<RunRequest>,
): Promise<SeenRun | undefined> {
  let seen: SeenRun | undefined;
  await withTestDatabase(async (database) => {
    const worker = await openStubWorker(database, '/nowhere', body);
    try {
      const { id } = await startRun(worker.deps, plainTask, { input: {}, trigger: 'api', ...request });
      const begin = await worker.begin(id);
      assert.equal(begin.kind, 'begun');
      if (begin.kind === 'begun') await runAttempt(worker.deps, begin.run);
      const { rows } = await database.pool.query<SeenRun>(
        'SELECT state, failures, delay_ms, error FROM ops.run WHERE id = $1',
        [id],
      );
      seen = rows[0];
    } finally {
      await worker.close();
    }
  });
  return seen;
}

const fail = (): Promise<never> => Promise.reject(new Error('not yet'));

test('five tries an hour apart can be asked for', async () => {
  const retry = { attempts: 5, backoff: 'fixed', backoffMs: 3_600_000 } as const;
  const seen = await tryOnce(fail, { retry });
  assert.deepEqual([seen?.state, seen?.failures, seen?.delay_ms], ['delayed', 1, 3_600_000]);
});

test('a run that is to be tried once fails at once, whatever its task says', async () => {
  assert.ok(plainTask.retry.attempts > 1);
  assert.equal((await tryOnce(fail, { retry: { attempts: 1 } }))?.state, 'failed');
});

test('a wait that is asked for alone may be longer than the task’s longest', async () => {
  const seen = await tryOnce(fail, { retry: { backoffMs: 1_000_000 } });
  assert.ok(seen && seen.delay_ms >= 500_000 && seen.delay_ms <= 1_000_000, `${seen?.delay_ms}`);
});

test('a run’s own timeout aborts its attempt', async () => {
  const hang = ({ signal }: TaskContext): Promise<unknown> => setTimeout(60_000, {}, { signal });
  const seen = await tryOnce(hang, { timeoutMs: 30, retry: { attempts: 1 } });
  assert.equal(seen?.error.message, 'took longer than the 0.03 s that this run of plain may take');
});

test('invoked runs inherit labels, all the way down; a task’s own are there where nobody says otherwise', async (t) => {
  const labelled = { ...double, labels: { tier: 'test', team: 'of the task' } };
  const bodies: Bodies = {
    'add-up': async (context, { upTo }) =>
      upTo > 1
        ? await context.invoke('deeper', addUp, { upTo: upTo - 1 })
        : await context.invoke('last', labelled, { n: 1 }),
    double: (_context, { n }) => Promise.resolve({ sum: n }),
  };
  await withFlowWorker(t, 'postgres', bodies, async ({ pool, carrier, ended, query }) => {
    const request = { input: { upTo: 2 }, trigger: 'api', labels: { team: 'fleet' } } as const;
    const { id } = await startRun({ pool, catalogue: new Map() }, addUp, request);
    await carrier.queue('test').add('add-up', { runId: id }, { jobId: id });
    assert.equal((await ended(id)).state, 'succeeded');
    assert.deepEqual(await query('SELECT task, labels FROM ops.run ORDER BY id'), [
      { task: 'add-up', labels: { team: 'fleet' } },
      { task: 'add-up', labels: { team: 'fleet' } },
      { task: 'double', labels: { team: 'fleet', tier: 'test' } },
    ]);
  });
});
