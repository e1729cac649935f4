import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { coverMonths, detachMonths, listDetached } from '#database/history/months.js';
import type { Pool } from '#database/pool.js';
import { transaction } from '#database/pool.js';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { askLake, lakeFiles } from '../../../test/helpers/lake.js';
import { type TaskRunner, withTaskRunner } from '../../../test/helpers/task-runner.js';
import { waitFor } from '../../../test/helpers/wait.js';
import { definition } from './definition.js';

/** Days from the middle of March 2025 to now: what is older than 1 March 2025 goes. */
const days = Math.floor((Date.now() - Date.UTC(2025, 2, 15)) / 86_400_000);
const january = '2025-01-10 12:00:00+00';
const february = '2025-02-10 12:00:00+00';
const march = '2025-03-01 00:00:00+00';

/** An ended run whose id is of the time at which it was recorded. */
async function insertRun(
  pool: Pool,
  { at, root, state = 'succeeded', endedAt = at }: { at: string; root?: string; state?: string; endedAt?: string },
): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `WITH one AS (SELECT uuidv7($1::timestamptz - clock_timestamp()) AS id)
     INSERT INTO ops.run (id, task, queue, state, trigger, input, max_attempts, attempt, root_id, parent_id, created_at, started_at, ended_at)
     SELECT id, 'task1', 'general', $2::ops.run_state, 'api', '{"n":1}', 1, 1, COALESCE($3::uuid, id), $3, $1::timestamptz, $1::timestamptz,
       CASE WHEN $2 IN ('succeeded', 'failed', 'cancelled') THEN $4::timestamptz END FROM one RETURNING id`,
    [at, state, root ?? null, endedAt],
  );
  const id = rows[0]?.id ?? '';
  await pool.query(`INSERT INTO ops.attempt (run_id, number, state, worker_id) VALUES ($1, 1, 'succeeded', 'w')`, [id]);
  return id;
}

async function insertLogs(pool: Pool, times: readonly string[]): Promise<void> {
  await pool.query(
    `INSERT INTO ops.log (run_id, attempt, at, level, message, fields)
     SELECT gen_random_uuid(), 1, at, 'info', 'line ' || nth, '{"n":1}' FROM unnest($1::timestamptz[]) WITH ORDINALITY AS l (at, nth)`,
    [times],
  );
}

const seedWorker = (pool: Pool) => pool.query(`INSERT INTO ops.worker (id, host, pid) VALUES ('w', 'h', 1)`);

const messages = async (pool: Pool): Promise<string[]> =>
  (
    await pool.query<{ message: string }>(`SELECT message FROM ops.log WHERE message LIKE 'line %' ORDER BY id`)
  ).rows.map(({ message }) => message);

const trim = async (runner: TaskRunner, input: object): Promise<Record<string, { rows: number; files: number }>> => {
  const { state, output, error } = await runner.run('trim-history', input);
  assert.equal(state, 'succeeded', error?.message);
  const { tables } = Value.Parse(definition.output, output);
  for (const { before } of tables) assert.equal(before, '2025-03-01');
  return Object.fromEntries(tables.map(({ table, rows, files }) => [table, { rows, files }]));
};

test('old logs and flows go into the lake by month, once, and nothing else goes', () =>
  withTaskRunner({ star: false }, async (runner) => {
    const { pool } = runner;
    const lake = runner.deps.services.lakeDir;
    await seedWorker(pool);
    await coverMonths(pool, Date.parse(january));
    await insertLogs(pool, ['2010-05-05 00:00:00+00', january, january, february, march, new Date().toISOString()]);
    const root = await insertRun(pool, { at: january });
    const children = [
      await insertRun(pool, { at: january, root }),
      await insertRun(pool, { at: march, root, state: 'failed' }),
    ];
    const single = await insertRun(pool, { at: february, state: 'cancelled' });
    const open = await insertRun(pool, { at: january });
    const stay = [
      open,
      await insertRun(pool, { at: january, root: open, endedAt: '2999-01-01' }),
      await insertRun(pool, { at: march }),
    ];
    const loader = await insertRun(pool, { at: january });
    await pool.query(
      `INSERT INTO ops.file (path, size, mtime_ns, state, run_id, rows) VALUES ('a.parquet', 1, 1, 'loaded', $1, 5)`,
      [loader],
    );
    stay.push(loader);

    assert.deepEqual(await trim(runner, { logs: days, changes: days, runs: days }), {
      logs: { rows: 4, files: 3 },
      run_changes: { rows: 0, files: 0 },
      file_changes: { rows: 0, files: 0 },
      runs: { rows: 4, files: 2 },
    });
    assert.deepEqual(await messages(pool), ['line 5', 'line 6']);
    assert.deepEqual(
      lakeFiles(lake),
      [
        'history/logs/month=201005/part-log_201005.parquet',
        'history/logs/month=202501/part-log_202501.parquet',
        'history/logs/month=202502/part-log_202502.parquet',
        `history/runs/month=202501/part-${root}.parquet`,
        `history/runs/month=202502/part-${single}.parquet`,
      ].sort(),
    );
    assert.deepEqual(
      await askLake(
        lake,
        'history/logs',
        `SELECT message, fields, strftime(lake."at", '%Y-%m') AS day, month::int AS month FROM lake ORDER BY message`,
      ),
      [
        { message: 'line 1', fields: '{"n": 1}', day: '2010-05', month: 201005 },
        { message: 'line 2', fields: '{"n": 1}', day: '2025-01', month: 202501 },
        { message: 'line 3', fields: '{"n": 1}', day: '2025-01', month: 202501 },
        { message: 'line 4', fields: '{"n": 1}', day: '2025-02', month: 202502 },
      ],
    );
    const gone = await askLake(lake, 'history/runs', 'SELECT id, state, root_id, attempts FROM lake ORDER BY id');
    assert.deepEqual(gone.map(({ id }) => id).sort(), [root, ...children, single].sort());
    assert.equal(JSON.parse(String(gone[0]?.['attempts']))[0].worker_id, 'w');
    const { rows: left } = await pool.query(
      `SELECT id FROM ops.run WHERE created_at < now() - interval '1 day' ORDER BY id`,
    );
    assert.deepEqual(
      left.map(({ id }) => id),
      [...stay].sort(),
    );
    assert.equal((await pool.query('SELECT FROM ops.attempt WHERE run_id = ANY ($1)', [children])).rowCount, 0);

    assert.deepEqual(await trim(runner, { logs: days, runs: days, export: false }), {
      logs: { rows: 0, files: 0 },
      runs: { rows: 0, files: 0 },
    });
  }));

test('what cannot be written into the lake stays, and goes with the next run', () =>
  withTaskRunner({ star: false }, async (runner) => {
    const { pool } = runner;
    const lake = runner.deps.services.lakeDir;
    await seedWorker(pool);
    await coverMonths(pool, Date.parse(january));
    await insertLogs(pool, [january, february]);
    const run = await insertRun(pool, { at: january });
    // A file where the folder is to be, behind the first month.
    const inTheWay = join(lake, 'history/logs/month=202502');
    mkdirSync(join(lake, 'history/logs'), { recursive: true });
    writeFileSync(inTheWay, '');
    const { state, error } = await runner.run('trim-history', { logs: days, runs: days });
    assert.equal(state, 'delayed');
    assert.match(
      error?.message ?? '',
      /the folder history\/logs\/month=202502 of LAKE_DIR is a file, not a folder; move it away/,
    );
    assert.equal((await pool.query('SELECT FROM ops.run WHERE id = $1', [run])).rowCount, 1);
    assert.deepEqual(await listDetached(pool, 'log'), [{ name: 'ops.log_202502', month: '202502' }]);
    rmSync(inTheWay);
    assert.deepEqual(await trim(runner, { logs: days, runs: days }), {
      logs: { rows: 1, files: 1 },
      runs: { rows: 1, files: 1 },
    });
    assert.deepEqual(await askLake(lake, 'history/logs', 'SELECT message FROM lake ORDER BY message'), [
      { message: 'line 1' },
      { message: 'line 2' },
    ]);
  }));

test('flows whose part is in the lake and whose deletion is not committed are in it once in the end', () =>
  withTaskRunner({ star: false }, async (runner) => {
    const { pool } = runner;
    const lake = runner.deps.services.lakeDir;
    await seedWorker(pool);
    const flows = [await insertRun(pool, { at: january }), await insertRun(pool, { at: january })];
    // As when the process dies at the commit, which is when a deferred trigger is run.
    await pool.query(
      `CREATE FUNCTION ops.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'died here'; END $$`,
    );
    await pool.query(
      'CREATE CONSTRAINT TRIGGER refused AFTER DELETE ON ops.run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ops.refuse()',
    );
    const { state, error } = await runner.run('trim-history', { runs: days });
    assert.equal(state, 'delayed');
    assert.match(error?.message ?? '', /died here/);
    const inLake = async (): Promise<unknown[]> =>
      (await askLake(lake, 'history/runs', 'SELECT id FROM lake ORDER BY id')).map(({ id }) => id);
    assert.deepEqual(await inLake(), [...flows].sort(), 'the part was in its place');
    const { rows } = await pool.query('SELECT count(*)::int AS runs FROM ops.run WHERE id = ANY ($1)', [flows]);
    assert.deepEqual(rows, [{ runs: 2 }]);
    await pool.query('DROP TRIGGER refused ON ops.run');
    assert.deepEqual(await trim(runner, { runs: days }), { runs: { rows: 2, files: 1 } });
    assert.deepEqual(await inLake(), [...flows].sort());
    assert.equal((await pool.query('SELECT FROM ops.run WHERE id = ANY ($1)', [flows])).rowCount, 0);
  }));

test('a task that is to take nothing away is refused', () =>
  withTaskRunner({ star: false }, async (runner) => {
    await assert.rejects(
      runner.run('trim-history', { export: true }),
      /expected at least one of logs, changes and runs/,
    );
  }));

test('months are made ahead, and take the rows that came without one', () =>
  withTestDatabase(async ({ pool }) => {
    await pool.query(`INSERT INTO ops.run_change (at, run_id, task, queue, trigger, recorded_at, state, attempt, cause)
      SELECT at::timestamptz, gen_random_uuid(), 't', 'q', 'api', now(), 'queued', 0, 'recorded' FROM unnest(ARRAY['2031-05-01', '2031-07-31', '2032-01-01']) AS at`);
    await coverMonths(pool, Date.UTC(2031, 4, 20));
    const { rows } = await pool.query(`SELECT tableoid::regclass::text AS part FROM ops.run_change ORDER BY at`);
    assert.deepEqual(
      rows.map(({ part }) => part),
      ['ops.run_change_203105', 'ops.run_change_203107', 'ops.run_change_rest'],
    );
    await coverMonths(pool, Date.UTC(2031, 4, 20));
  }));

test('a month that is read is taken away when the reader is done; until then lines are written', () =>
  withTestDatabase(async ({ pool }) => {
    await coverMonths(pool, Date.parse(january));
    await insertLogs(pool, [january]);
    let detached: Promise<number> | undefined;
    await transaction(pool, async (reader) => {
      await reader.query('SELECT FROM ops.log');
      detached = detachMonths(pool, 'log', new Date(march));
      await waitFor('the month’s lock is waited for', async () =>
        (await pool.query(`SELECT FROM pg_locks WHERE NOT granted AND relation = 'ops.log'::regclass`)).rowCount === 0
          ? undefined
          : true,
      );
      await insertLogs(pool, [new Date().toISOString()]);
      assert.equal((await messages(pool)).length, 2);
    });
    assert.equal(await detached, 2);
    assert.deepEqual(await messages(pool), ['line 1']);
  }));
