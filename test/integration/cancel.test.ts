import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { FencedError } from '#contracts/errors.js';
import { cancelRuns } from '#database/runs/cancel.js';
import { retryRuns } from '#database/runs/retry.js';
import { runAttempt } from '#runs/attempt.js';
import type { TaskContext } from '#runs/context.js';
import { startRun } from '#runs/start-run.js';
import { stopRuns } from '../../apps/api/runs/stop.js';
import { withTestDatabase } from '../helpers/database.js';
import { type Bodies, double, type FlowWorker, withFlowWorker } from '../helpers/flow-worker.js';
import { carriers } from '../helpers/platform.js';
import { openStubWorker, plainTask } from '../helpers/stub-worker.js';
import { waitFor } from '../helpers/wait.js';

const log = pino({ level: 'silent' });
const numbers = (upTo: number): { n: number }[] => Array.from({ length: upTo }, (_, n) => ({ n }));
const sums: Bodies['add-up'] = async (context, { upTo }) => ({
  sum: (await context.invokeAll('all', double, numbers(upTo))).reduce((sum, part) => sum + part.sum, 0),
});

/** Waits until the signal is aborted. @throws its reason */
async function untilAborted({ signal }: TaskContext): Promise<never> {
  await setTimeout(60_000, undefined, { signal }).catch(() => {});
  throw signal.reason;
}

const cancel = ({ pool, carrier }: FlowWorker, id: string) => stopRuns({ pool, carrier }, [id], 'not wanted', log);

const statesOf = async ({ query }: FlowWorker, table: string): Promise<unknown[]> =>
  (await query(`SELECT state || ' ' || count(*) AS line FROM ops.${table} GROUP BY state ORDER BY state`)).map(
    ({ line }) => line,
  );

for (const carrier of carriers) {
  test(`cancelling a flow cancels all of it at once, aborts what is under way and frees the slots (${carrier})`, async (t) => {
    const reasons: unknown[] = [];
    let isLong = true;
    const bodies: Bodies = {
      'add-up': sums,
      async double(context, { n }) {
        if (!isLong) return { sum: n };
        try {
          return await untilAborted(context);
        } catch (error) {
          reasons.push(error);
          throw error;
        }
      },
    };
    await withFlowWorker(
      t,
      carrier,
      bodies,
      async (worker) => {
        const id = await worker.start(20);
        await waitFor('four are under way', async () => {
          const under = await worker.query(`SELECT FROM ops.run WHERE state = 'running' AND task = 'double'`);
          return under.length === 4 || undefined;
        });
        const { cancelled } = await cancel(worker, id);
        assert.equal(cancelled.length, 21);
        assert.deepEqual(await statesOf(worker, 'run'), ['cancelled 21'], 'when the call is answered it is decided');
        assert.deepEqual(await statesOf(worker, 'attempt'), ['cancelled 4', 'suspended 1']);
        await waitFor('the bodies have been aborted', () => Promise.resolve(reasons.length === 4 || undefined));
        for (const reason of reasons) {
          assert.ok(reason instanceof FencedError);
          assert.match(reason.message, /cancelled by hand: not wanted/);
        }
        isLong = false;
        assert.deepEqual((await worker.run(3)).output, { sum: 3 }, 'the slots are free');
        await waitFor('no job is left', async () => {
          const counts = await worker.carrier
            .queue('test')
            .getJobCounts('wait', 'prioritized', 'active', 'waiting-children');
          return Object.values(counts).every((count) => count === 0) || undefined;
        });
        assert.deepEqual(await statesOf(worker, 'run'), ['succeeded 4', 'cancelled 21']);
      },
      { slots: 4 },
    );
  });

  test(`a queued, a delayed and a held run are cancelled before they begin, and a run held for one has its turn (${carrier})`, async (t) => {
    const begun: number[] = [];
    let gate: (() => void) | undefined;
    const opened = new Promise<void>((resolve) => {
      gate = resolve;
    });
    const bodies: Bodies = {
      'add-up': async (context, { upTo }) => {
        const ended = await context.invokeAll('all', double, numbers(upTo), { atMost: 2, settled: true });
        return { sum: ended.filter(({ state }) => state === 'succeeded').length };
      },
      async double(context, { n }) {
        begun.push(n);
        if (n === 0) return await untilAborted(context);
        await opened;
        return { sum: n };
      },
    };
    await withFlowWorker(t, carrier, bodies, async (worker) => {
      const { pool } = worker;
      const parent = await worker.start(4);
      const child = async (n: number): Promise<string> => {
        const { rows } = await pool.query<{ id: string }>('SELECT id FROM ops.run WHERE invoke_key = $1', [`all/${n}`]);
        return rows[0]?.id ?? '';
      };
      await waitFor('the first is under way', () => Promise.resolve(begun.length > 0 || undefined));
      // The worker has one slot: all/1 is queued, all/2 and all/3 are held.
      assert.equal((await cancel(worker, await child(3))).released.length, 0, 'it held no place');
      const { released } = await cancel(worker, await child(1));
      assert.deepEqual(
        released.map(({ id }) => id),
        [await child(2)],
        'it left its place to the next one',
      );
      await cancel(worker, await child(0));
      gate?.();
      const ended = await worker.ended(parent);
      assert.deepEqual([ended.state, ended.output], ['succeeded', { sum: 1 }]);
      assert.deepEqual(begun, [0, 2]);

      const task = { ...plainTask, queue: 'test', name: 'double' };
      const later = await startRun({ pool, catalogue: new Map() }, task, {
        input: {},
        trigger: 'api',
        delayMs: 3_600_000,
      });
      await worker.carrier.queue('test').add('double', { runId: later.id }, { jobId: later.id, delay: 3_600_000 });
      assert.equal((await cancel(worker, later.id)).cancelled[0]?.was, 'delayed');
      await waitFor('its job is gone', async () => {
        return (await worker.carrier.queue('test').getDelayedCount()) === 0 || undefined;
      });
    });
  });
}

for (const carrier of carriers) {
  test(`a parent that waited for a cancelled run alone goes on, although others are under way (${carrier})`, async (t) => {
    let gate: (() => void) | undefined;
    const opened = new Promise<void>((resolve) => {
      gate = resolve;
    });
    const bodies: Bodies = {
      async 'add-up'(context) {
        const branch = async (): Promise<number> => {
          const first = await context.invoke('first', double, { n: 0 }, { settled: true });
          assert.equal(first.state, 'cancelled');
          return (await context.invoke('second', double, { n: 2 })).sum;
        };
        const [sum, other] = await Promise.all([branch(), context.invoke('other', double, { n: 1 })]);
        return { sum: sum + other.sum };
      },
      async double(context, { n }) {
        if (n === 0) return await untilAborted(context);
        if (n === 1) await opened;
        return { sum: n };
      },
    };
    await withFlowWorker(
      t,
      carrier,
      bodies,
      async (worker) => {
        const parent = await worker.start(1);
        const found = (key: string, state: string) =>
          waitFor(`${key} is ${state}`, async () => {
            const runs = await worker.query(
              `SELECT id FROM ops.run WHERE invoke_key = '${key}' AND state = '${state}'`,
            );
            return runs[0]?.['id'];
          });
        await found('other', 'running');
        await cancel(worker, String(await found('first', 'running')));
        await found('second', 'succeeded');
        gate?.();
        assert.deepEqual((await worker.ended(parent)).output, { sum: 3 });
      },
      { slots: 4 },
    );
  });
}

test('a run is cancelled or committed, never both, however they meet', async (t) => {
  const races = 1_000;
  await withTestDatabase(async (database) => {
    const { pool } = database;
    await pool.query('CREATE TABLE public.written (run_id uuid)');
    const worker = await openStubWorker(database, '/nowhere', async (context) => {
      return await context.commit(async (tx) => {
        await tx.query('INSERT INTO public.written VALUES ($1)', [context.fence.runId]);
        return { rows: 1 };
      });
    });
    const race = async (nth: number): Promise<void> => {
      const { id } = await startRun(worker.deps, plainTask, { input: {}, trigger: 'api' });
      const begin = await worker.begin(id);
      assert.equal(begin.kind, 'begun');
      if (begin.kind !== 'begun') return;
      const attempt = runAttempt(worker.deps, begin.run);
      // Spread over the few milliseconds that a commit takes.
      for (let turn = 0; turn < nth % 12; turn += 1) await setTimeout(0);
      // As the executor does.
      const fenced = attempt.catch((error: unknown) => {
        if (!(error instanceof FencedError)) throw error;
      });
      await Promise.all([fenced, cancelRuns(pool, [id], 'cancelled by a test')]);
    };
    try {
      for (let nth = 0; nth < races; nth += 8) {
        await Promise.all(Array.from({ length: Math.min(8, races - nth) }, (_, lane) => race(nth + lane)));
      }
    } finally {
      await worker.close();
    }
    const { rows } = await pool.query<{ state: string; written: boolean; count: number }>(
      `SELECT r.state, w.run_id IS NOT NULL AS written, count(*)::int AS count
       FROM ops.run r LEFT JOIN public.written w ON w.run_id = r.id GROUP BY 1, 2 ORDER BY 1, 2`,
    );
    t.diagnostic(JSON.stringify(rows));
    assert.deepEqual(
      rows.map(({ state, written }) => [state, written]),
      [
        ['succeeded', true],
        ['cancelled', false],
      ],
      'both ends occur, and the row is there exactly when the run has succeeded',
    );
    assert.equal(
      rows.reduce((sum, { count }) => sum + count, 0),
      races,
    );
    const attempts = await pool.query(`SELECT FROM ops.attempt WHERE state = 'running'`);
    assert.equal(attempts.rows.length, 0, 'no attempt is left open');
  });
});

test('a commit that hangs with its locks is thrown out by a cancel; a lock of somebody else is named, also to who retries', async () => {
  await withTestDatabase(async (database) => {
    const { pool, url } = database;
    const worker = await openStubWorker(database, '/nowhere', () => Promise.reject(new Error('not run')));
    const lock = async (id: string, application_name: string): Promise<pg.Client> => {
      const client = new pg.Client({ connectionString: url, application_name });
      client.on('error', () => {});
      await client.connect();
      await client.query('BEGIN');
      await client.query('SELECT FROM ops.run WHERE id = $1 FOR UPDATE', [id]);
      return client;
    };
    const { id } = await startRun(worker.deps, plainTask, { input: {}, trigger: 'api' });
    await worker.begin(id);
    const hanging = await lock(id, `millrace run ${id}`);
    assert.equal((await cancelRuns(pool, [id], 'cancelled by a test')).cancelled.length, 1);
    await assert.rejects(hanging.query('SELECT 1'), 'its session is gone');

    const { id: other } = await startRun(worker.deps, plainTask, { input: {}, trigger: 'api' });
    const foreign = await lock(other, 'somebody else');
    await assert.rejects(
      cancelRuns(pool, [other], 'cancelled by a test'),
      /the run is locked by a transaction that goes on/,
    );
    await foreign.end();
    assert.equal((await cancelRuns(pool, [other], 'cancelled by a test')).cancelled.length, 1);
    const again = await lock(other, 'somebody else');
    await assert.rejects(retryRuns(pool, [other]), /the run is locked by a transaction that goes on/);
    await again.end();
    assert.equal((await retryRuns(pool, [other])).kind, 'retried');
    await worker.close();
  });
});
