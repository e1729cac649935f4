import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { beginAttempt } from '#database/runs/attempts.js';
import { runAttempt } from '#runs/attempt.js';
import { begun } from '#testing/task-runner.js';
import { lockTable } from '../helpers/block.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listRuns } from '../helpers/ledger.js';
import { type TaskRunner, withTaskRunner } from '../helpers/task-runner.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

const load = 'load-data-sample';
const allRows = 'SELECT count(*) FROM dwh.data_sample';

/** Begins runs one after the other, each stuck at the locked table or at another run, and lets them go on together. */
async function runTogether({ url, pool, deps }: TaskRunner, runs: readonly string[]): Promise<void> {
  const lock = await lockTable(url, 'dwh.data_sample', 'SHARE');
  const attempts: Promise<unknown>[] = [];
  for (const [n, run] of runs.entries()) {
    attempts.push(runAttempt(deps, begun(await beginAttempt(pool, run, deps.worker.id))));
    await waitForStuck(pool, n + 1);
  }
  await lock.release();
  await Promise.all(attempts);
}

/** Waits until so many runs wait for a lock in the middle of their work. */
async function waitForStuck(pool: pg.Pool, runs: number): Promise<void> {
  const stuck = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND application_name LIKE 'millrace run %' AND wait_event_type = 'Lock'`;
  await waitFor(`${runs} runs are stuck`, async () => ((await count(pool, stuck)) === runs ? true : undefined));
}

const states = async (runner: TaskRunner): Promise<string[]> =>
  (await listRuns(runner.pool)).map(({ state, attempt }) => `${state} ${attempt}`);

for (const hasRows of [true, false]) {
  test(`two runs that load the same files once more write their rows once (${hasRows ? 'rows are there' : 'rows were removed'})`, () =>
    withTaskRunner({ star: false }, async (runner) => {
      const { drop, run, start, pool } = runner;
      const ids = [await drop('data-sample', '1.parquet', sampleParquet(1))];
      ids.push(await drop('data-sample', '2.parquet', sampleParquet(2)));
      await run(load, { files: ids });
      if (!hasRows) await pool.query('TRUNCATE dwh.data_sample');
      const runs = [await start(load, { files: ids }), await start(load, { files: ids.toReversed() })];
      await runTogether(runner, runs);
      assert.equal(await count(pool, allRows), 50);
      assert.deepEqual(await states(runner), ['succeeded 1', 'succeeded 1', 'succeeded 1'], 'none had to try again');
      await assertTruth(pool);
    }));

  test(`a newer version that is loaded while the older one is once more leaves its own rows only (${hasRows ? 'rows are there' : 'rows were removed'})`, () =>
    withTaskRunner({ star: false }, async (runner) => {
      const { drop, run, start, pool, deps } = runner;
      const old = await drop('data-sample', '1.parquet', sampleParquet(1));
      await run(load, { files: [old] });
      if (!hasRows) await pool.query('TRUNCATE dwh.data_sample');
      const again = await start(load, { files: [old] });
      // It gets stuck when it has read the file.
      await pool.query(`CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF current_setting('application_name') = 'millrace run ${again}' THEN PERFORM pg_advisory_xact_lock(1); END IF;
        RETURN NULL; END $$`);
      await pool.query('CREATE TRIGGER hold BEFORE INSERT ON dwh.data_sample EXECUTE FUNCTION hold()');
      const client = await pool.connect();
      await client.query('BEGIN; SELECT pg_advisory_xact_lock(1)');
      const attempts = [runAttempt(deps, begun(await beginAttempt(pool, again, deps.worker.id)))];
      await waitForStuck(pool, 1);
      const newer = await start(load, {
        files: [await drop('data-sample', '1.parquet', sampleParquet(1, { rows: 7 }))],
      });
      attempts.push(runAttempt(deps, begun(await beginAttempt(pool, newer, deps.worker.id))));
      await waitForStuck(pool, 2);
      await client.query('ROLLBACK');
      client.release();
      await Promise.all(attempts);
      assert.equal(await count(pool, allRows), 7);
      assert.deepEqual(await states(runner), ['succeeded 1', 'succeeded 1', 'succeeded 1'], 'none had to try again');
      await assertTruth(pool);
    }));
}

test('a file that a newer version replaces in the middle of its reload does not come back', () =>
  withTaskRunner({ star: false }, async (runner) => {
    const { drop, run, start, pool, url, deps } = runner;
    const old = await drop('data-sample', '1.parquet', sampleParquet(1));
    await run(load, { files: [old] });
    const again = await start(load, { files: [old] });
    const lock = await lockTable(url, 'dwh.data_sample', 'SHARE');
    const attempt = runAttempt(deps, begun(await beginAttempt(pool, again, deps.worker.id)));
    await waitForStuck(pool, 1);
    // As a run does that did not know of this one.
    await pool.query(`UPDATE ops.file SET state = 'superseded', current = false WHERE id = $1`, [old]);
    await lock.release();
    await attempt;
    const [, ended] = await listRuns(pool);
    assert.equal(ended?.state, 'delayed');
    assert.match(ended.error?.message ?? '', /1 of its files were loaded or replaced by another run/);
    assert.equal(await count(pool, `SELECT count(*) FROM ops.file WHERE state = 'loaded'`), 0);
  }));

test('an invoked run leaves out files that another run or a newer version has taken since they were listed', () =>
  withTaskRunner({ star: false }, async ({ drop, run, pool }) => {
    const ids = [await drop('data-sample', '2023-01-01 1.parquet', sampleParquet(1))];
    ids.push(await drop('data-sample', '2023-01-01 2.parquet', sampleParquet(2)));
    await run(load, { files: ids });
    // Between the list and the invocation, as the step's record is what counts.
    await pool.query(`CREATE FUNCTION take() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE ops.file SET current = false WHERE path = '2023-01-01 2.parquet'; RETURN NEW; END $$`);
    await pool.query(`CREATE TRIGGER take AFTER INSERT ON ops.step FOR EACH ROW EXECUTE FUNCTION take()`);
    const { state, output } = await run('data-pipeline', { scope: 'all' });
    assert.deepEqual([state, output?.['loaded'], output?.['rows']], ['succeeded', 1, 25]);
    assert.equal(await count(pool, allRows), 50);
  }));
