import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { BadInputError } from '#contracts/errors.js';
import { dispatchBatch } from '#database/ledger/dispatch.js';
import { endAttempt } from '#database/runs/attempt-ends.js';
import { enterSession } from '#database/runs/run-sessions.js';
import { runAttempt } from '#runs/attempt.js';
import type { TaskContext } from '#runs/context.js';
import { startRun } from '#runs/start-run.js';
import type { Verdict } from '#runs/verdict.js';
import type { TestDatabase } from '#testing/database.js';
import { begun } from '#testing/task-runner.js';
import { withTestDatabase } from '../helpers/database.js';
import { count, listFiles, listRuns } from '../helpers/ledger.js';
import { openStubWorker, plainTask, type StubWorker, stubTask } from '../helpers/stub-worker.js';

type Body = (context: TaskContext, input: unknown) => Promise<unknown>;

/** Runs a test with a table for rows and a worker whose body is the test's. */
const withWorker = (
  body: Body,
  work: (worker: StubWorker, database: TestDatabase) => Promise<void>,
  stop?: AbortSignal,
) =>
  withTestDatabase(async (database) => {
    await database.pool.query('CREATE TABLE rows (n int)');
    const worker = await openStubWorker(database, '/nowhere', body, stop);
    try {
      await work(worker, database);
    } finally {
      await worker.close();
    }
  });

const startPlain = async ({ pool }: TestDatabase): Promise<string> =>
  (await startRun({ pool, catalogue: new Map() }, plainTask, { input: {}, trigger: 'api' })).id;

const attempt = async (worker: StubWorker, runId: string): Promise<Verdict> =>
  runAttempt(worker.deps, begun(await worker.begin(runId)));

const writeRow: Body = (context) =>
  context.commit(async (tx) => {
    await tx.query('INSERT INTO rows VALUES (1)');
    return { rows: 1 };
  });

test('an attempt that another has overtaken commits nothing', () =>
  withWorker(writeRow, async (worker, database) => {
    const runId = await startPlain(database);
    const first = begun(await worker.begin(runId));
    const second = begun(await worker.begin(runId));
    assert.deepEqual(await runAttempt(worker.deps, first), { kind: 'over' });
    assert.equal(await count(database.pool, 'SELECT count(*) FROM rows'), 0);
    assert.deepEqual(await runAttempt(worker.deps, second), { kind: 'over' });
    assert.equal(await count(database.pool, 'SELECT count(*) FROM rows'), 1);
    const [run] = await listRuns(database.pool);
    assert.deepEqual(run?.attempts, ['lost', 'succeeded']);
  }));

test('a worker that falls asleep between its last statement and its commit does not hold up the next one', () =>
  withWorker(writeRow, async (worker, database) => {
    const runId = await startPlain(database);
    const first = begun(await worker.begin(runId));
    const asleep = new pg.Client({ connectionString: database.url });
    asleep.on('error', () => {});
    await asleep.connect();
    await asleep.query('BEGIN');
    await enterSession(asleep, runId);
    await asleep.query('INSERT INTO rows VALUES (1)');
    await endAttempt(asleep, first, { run: 'succeeded', attempt: 'succeeded', output: { rows: 1 } });
    assert.deepEqual(await runAttempt(worker.deps, begun(await worker.begin(runId))), { kind: 'over' });
    await assert.rejects(asleep.query('COMMIT'));
    assert.equal(await count(database.pool, 'SELECT count(*) FROM rows'), 1);
  }));

test('an attempt overtaken in the middle of its transaction commits nothing, though its session still lives', () => {
  let overtake: (() => Promise<void>) | undefined;
  const body: Body = (context) =>
    context.commit(async (tx) => {
      await tx.query('INSERT INTO rows VALUES (1)');
      const now = overtake;
      overtake = undefined;
      // Under another name it escapes being ended by the one that takes over; only the fence is left.
      if (now) await tx.query(`SET LOCAL application_name = 'hidden'`);
      await now?.();
      return { rows: 1 };
    });
  return withWorker(body, async (worker, database) => {
    const runId = await startPlain(database);
    const first = begun(await worker.begin(runId));
    overtake = async () => {
      assert.deepEqual(await attempt(worker, runId), { kind: 'over' });
    };
    assert.deepEqual(await runAttempt(worker.deps, first), { kind: 'over' });
    assert.equal(await count(database.pool, 'SELECT count(*) FROM rows'), 1);
    const [run] = await listRuns(database.pool);
    assert.deepEqual([run?.state, run?.attempts], ['succeeded', ['lost', 'succeeded']]);
  });
});

test('a run that has ended is not begun again, however often its job comes', () =>
  withWorker(writeRow, async (worker, database) => {
    const runId = await startPlain(database);
    await attempt(worker, runId);
    assert.deepEqual(await worker.begin(runId), {
      kind: 'ended',
      state: 'succeeded',
      output: { rows: 1 },
      error: null,
    });
    assert.equal((await worker.begin('00000000-0000-7000-8000-000000000000')).kind, 'unknown');
  }));

test('a fault that does not pass ends the run after its attempts, with the last reason', () =>
  withWorker(
    () => Promise.reject(new Error('the disk is full')),
    async (worker, database) => {
      const runId = await startPlain(database);
      for (let tries = 1; tries < plainTask.retry.attempts; tries += 1) {
        const verdict = await attemptWhenDue(worker, runId);
        assert.equal(verdict.kind, 'again');
      }
      assert.equal((await attemptWhenDue(worker, runId)).kind, 'failed');
      const [run] = await listRuns(database.pool);
      assert.deepEqual([run?.state, run?.attempts, run?.failures], ['failed', ['failed', 'failed', 'failed'], 3]);
      assert.equal(run?.error?.message, 'the disk is full');
    },
  ));

test('bad input is never tried again', () =>
  withWorker(
    () => Promise.reject(new BadInputError('nonsense', 'expected sense')),
    async (worker, database) => {
      assert.equal((await attempt(worker, await startPlain(database))).kind, 'failed');
      assert.deepEqual((await listRuns(database.pool))[0]?.attempts, ['failed']);
    },
  ));

test('what is given back when the worker stops costs the run nothing', () => {
  const stop = new AbortController();
  const body: Body = (context) => {
    stop.abort(new Error('the worker stops'));
    return context.commit(async (tx) => {
      await tx.query('SELECT pg_sleep(600)');
      return { rows: 0 };
    });
  };
  return withWorker(
    body,
    async (worker, database) => {
      assert.deepEqual(await attempt(worker, await startPlain(database)), { kind: 'again', delayMs: 0 });
      const [run] = await listRuns(database.pool);
      assert.deepEqual([run?.state, run?.attempts, run?.failures, run?.losses], ['queued', ['released'], 0, 0]);
    },
    stop.signal,
  );
});

test('a file that kills every worker that loads it ends quarantined alone; the others of its batch load', () => {
  const poison = 'poison.stub';
  const body: Body = (context) =>
    context.commit(async (tx) => {
      const { rows } = await tx.query<{ id: string }>(
        `UPDATE ops.file SET state = 'loaded', rows = 0 WHERE run_id = $1 RETURNING id`,
        [context.fence.runId],
      );
      return {
        files: rows.length,
        loaded: rows.length,
        duplicates: 0,
        quarantined: 0,
        changed: 0,
        outdated: 0,
        replaced: 0,
        rows: 0,
        rejects: 0,
      };
    });
  return withWorker(body, async (worker, database) => {
    const { pool } = database;
    await settle(database, ['1.stub', '2.stub', poison, '3.stub']);
    for (let runId = await dispatch(database); runId !== undefined; runId = await dispatch(database)) {
      const kills = await count(pool, 'SELECT count(*) FROM ops.file WHERE run_id = $1 AND path = $2', [runId, poison]);
      let verdict: Verdict | undefined;
      while (!verdict) {
        const run = begun(await worker.begin(runId));
        // A worker that dies over the file leaves its attempt as it began; the next one that gets the job takes over.
        if (kills > 0 && run.losses <= 20) continue;
        verdict = await runAttempt(worker.deps, run);
      }
      assert.equal(verdict.kind, kills > 0 ? 'failed' : 'over');
    }
    const files = await listFiles(pool);
    assert.deepEqual(
      files.map((file) => [file.path, file.state]),
      [
        ['1.stub', 'loaded'],
        ['2.stub', 'loaded'],
        ['3.stub', 'loaded'],
        [poison, 'quarantined'],
      ],
    );
    assert.match(files[3]?.reason ?? '', /worker died or stalled 21 times/);
    assert.equal((await listRuns(pool)).length, 1 + 4, 'the batch, and each of its files alone');
  });
});

/** Tries again until the run's backoff is over. */
async function attemptWhenDue(worker: StubWorker, runId: string): Promise<Verdict> {
  for (;;) {
    const begin = await worker.begin(runId);
    if (begin.kind !== 'delayed') return await runAttempt(worker.deps, begun(begin));
  }
}

async function settle({ pool }: TestDatabase, paths: readonly string[]): Promise<void> {
  await pool.query(
    `INSERT INTO ops.file (path, source, size, mtime_ns, sha256, state, settled_at)
     SELECT p, 'stubs', 1, 1, p, 'settled', now() FROM unnest($1::text[]) AS p`,
    [paths],
  );
}

async function dispatch({ pool }: TestDatabase): Promise<string | undefined> {
  const run = { task: stubTask.name, queue: stubTask.queue, trigger: 'watcher', priority: 0, maxAttempts: 3 } as const;
  const batch = await dispatchBatch(pool, 'stubs', { files: 10, bytes: 1e9 }, run, (ids) => ({
    files: ids.map(String),
  }));
  return batch?.run.id;
}
