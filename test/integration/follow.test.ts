import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transaction } from '#database/pool.js';
import { newRunId, recordFollowUp } from '#database/runs/record-run.js';
import { countOpenJobs } from '#queue/jobs.js';
import { runAttempt } from '#runs/attempt.js';
import type { TaskContext } from '#runs/context.js';
import type { ExecutorDeps } from '#runs/executor.js';
import { createReconciler } from '#runs/reconciler.js';
import { startRun } from '#runs/start-run.js';
import type { TestDatabase } from '#testing/database.js';
import { begun } from '#testing/task-runner.js';
import { withTestDatabase } from '../helpers/database.js';
import { count, listRuns } from '../helpers/ledger.js';
import { openStubWorker, plainTask, type StubWorker } from '../helpers/stub-worker.js';
import { waitFor } from '../helpers/wait.js';

const follower = { task: 'plain', queue: 'stub', trigger: 'follow', input: {}, priority: 0, maxAttempts: 3 } as const;
const followers = `SELECT count(*) FROM ops.run WHERE trigger = 'follow'`;

async function withWorker(
  body: (context: TaskContext) => Promise<unknown>,
  work: (fixture: TestDatabase & { worker: StubWorker; begin(): ReturnType<StubWorker['begin']> }) => Promise<void>,
): Promise<void> {
  await withTestDatabase(async (database) => {
    const worker = await openStubWorker(database, '/nowhere', body);
    const begin = async () =>
      await worker.begin(
        (await startRun({ pool: database.pool, catalogue: new Map() }, plainTask, { input: {}, trigger: 'api' })).id,
      );
    try {
      await work({ ...database, worker, begin });
    } finally {
      await worker.close();
    }
  });
}

const leaving = async (context: TaskContext): Promise<unknown> =>
  await context.commit(async (tx) => {
    await context.follow(tx, 'plain', {});
    return { rows: 1 };
  });

test('a run that follows is recorded with the commit, and its job is added after it', async () => {
  await withWorker(leaving, async ({ pool, worker, begin }) => {
    await runAttempt(worker.deps, begun(await begin()));
    const [, next] = await listRuns(pool);
    assert.deepEqual([next?.task, next?.state], ['plain', 'queued']);
    assert.equal(
      await count(pool, 'SELECT count(*) FROM ops.run WHERE parent_id IS NOT NULL'),
      0,
      'nobody waits for it',
    );
    assert.equal(await countOpenJobs(worker.deps.carrier, 'stub'), 1);
  });
});

test('work that is rolled back is followed by nothing', async () => {
  const failing = async (context: TaskContext): Promise<unknown> =>
    await context.commit(async (tx) => {
      await context.follow(tx, 'plain', {});
      throw new Error('no');
    });
  await withWorker(failing, async ({ pool, worker, begin }) => {
    await runAttempt(worker.deps, begun(await begin()));
    assert.equal(await count(pool, followers), 0);
    assert.equal(await countOpenJobs(worker.deps.carrier, 'stub'), 0);
  });
});

test('runs that end before the one that follows has begun share it; one that has begun is not shared', async () => {
  await withWorker(leaving, async ({ pool, worker, begin }) => {
    for (let run = 1; run <= 3; run += 1) await runAttempt(worker.deps, begun(await begin()));
    assert.equal(await count(pool, followers), 1);
    const [waiting] = (await listRuns(pool)).filter((run) => run.state === 'queued');
    begun(await worker.begin(waiting?.id ?? ''));
    await runAttempt(worker.deps, begun(await begin()));
    assert.equal(await count(pool, followers), 2);
  });
});

test('a run with another input, or one that was asked for and may start much later, is not shared', async () => {
  await withTestDatabase(async ({ pool }) => {
    await startRun({ pool, catalogue: new Map() }, plainTask, { input: {}, trigger: 'api', delayMs: 3_600_000 });
    const record = (input: unknown) =>
      transaction(pool, (tx) => recordFollowUp(tx, newRunId(), { ...follower, input }));
    assert.ok(await record({}));
    assert.ok(await record({ other: 1 }));
    assert.equal(await record({ other: 1 }), undefined);
  });
});

test('a shared run cannot begin before the transaction that shares it has ended, so it sees its work', async () => {
  await withWorker(leaving, async ({ pool, worker }) => {
    await pool.query('CREATE TABLE loaded (n int)');
    const waiting = await transaction(pool, (tx) => recordFollowUp(tx, newRunId(), follower));
    assert.ok(waiting);
    const seen = { rows: -1 };
    const beginning = await transaction(pool, async (tx) => {
      await tx.query('INSERT INTO loaded VALUES (1)');
      assert.equal(await recordFollowUp(tx, newRunId(), follower), undefined);
      // Another load shares it at the same time.
      assert.equal(await transaction(pool, (other) => recordFollowUp(other, newRunId(), follower)), undefined);
      const going = worker.begin(waiting.id).then(async (begin) => {
        seen.rows = await count(pool, 'SELECT count(*) FROM loaded');
        return begin;
      });
      await waitFor('the attempt waits to begin', async () =>
        (await count(
          pool,
          `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )) > 0
          ? true
          : undefined,
      );
      return { going };
    });
    begun(await beginning.going);
    assert.equal(seen.rows, 1);
  });
});

test('a run that is beginning while a load commits is not shared: it may be too early to see the load', async () => {
  await withTestDatabase(async ({ pool }) => {
    const waiting = await transaction(pool, (tx) => recordFollowUp(tx, newRunId(), follower));
    await transaction(pool, async (tx) => {
      await tx.query('SELECT FROM ops.run WHERE id = $1 FOR UPDATE', [waiting?.id]);
      assert.ok(await transaction(pool, (load) => recordFollowUp(load, newRunId(), follower)));
    });
  });
});

test('when the worker dies between the commit and the job, the reconciler adds the job', async () => {
  await withWorker(leaving, async ({ pool, worker, begin }) => {
    const { deps } = worker;
    const gone: ExecutorDeps['carrier'] = {
      ...deps.carrier,
      queue: () => {
        throw new Error('the worker is dead');
      },
    };
    await runAttempt({ ...deps, carrier: gone }, begun(await begin()));
    assert.equal(await countOpenJobs(deps.carrier, 'stub'), 0);
    let now = 0;
    const reconciler = createReconciler({
      ...{ pool, carrier: deps.carrier, log: deps.log },
      ...{ aliveMs: 60_000, goneMs: 60_000, queues: ['stub'] },
      leads: () => Promise.resolve(true),
      now: () => now,
    });
    assert.equal(await reconciler.pass(), 0, 'its job may be on the way');
    now = 2_000;
    assert.equal(await reconciler.pass(), 1);
    assert.equal(await countOpenJobs(deps.carrier, 'stub'), 1);
  });
});
