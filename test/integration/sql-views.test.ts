import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { recordTasks } from '#database/workers/tasks.js';
import { objectsDetectionExample, vehicleStatusExample } from '#samples/examples.js';
import { withTestDatabase } from '../helpers/database.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count } from '../helpers/ledger.js';
import { withOwnPostgres } from '../helpers/own-postgres.js';
import { withTaskRunner } from '../helpers/task-runner.js';
import { readProjectFile } from '../structure/project.js';

/** As the seed has it. */
const seedQuery = `SELECT task_id,
    dag_id,
    execution_date,
    status,
    result,
    start_time,
    end_time,
    logs
FROM tasks_results
WHERE task_id = 'task1'
AND execution_date > '2024-07-18 00:00:00';`;

const page = readProjectFile('docs/sql-views.md');
const telemetryViews = ['tasks_results', 'dags', 'dag_runs', 'task_instances'];
const views = [...telemetryViews, 'objects_detection', 'vehicle_status', 'vehicles_status', 'data_sample'];

test('the seed’s query gives the runs of task1 with result, times and log', () =>
  withTaskRunner({}, async ({ run, pool }) => {
    await run('task1', { numbers: [1, 2, 3] });
    await run('task2', { numbers: [1] });
    const { rows } = await pool.query(seedQuery);
    assert.equal(rows.length, 1);
    const [row] = rows;
    assert.deepEqual([row.task_id, row.dag_id, row.status, row.result.sum], ['task1', 'task1', 'success', 6]);
    assert.match(row.logs, /^\d{4}-\d\d-\d\dT[\d:.]+Z info the numbers lie within 2: task3 is not needed$/);
    assert.ok(row.execution_date <= row.start_time && row.start_time <= row.end_time);
    const seen = await pool.query(`SELECT task_id, dag_id, status FROM pipeline_schema.tasks_results ORDER BY id`);
    assert.deepEqual(seen.rows, [
      { task_id: 'task1', dag_id: 'task1', status: 'success' },
      { task_id: 'task2', dag_id: 'task1', status: 'success' },
      { task_id: 'task2', dag_id: 'task2', status: 'success' },
    ]);
  }));

test('flows and their runs are there with their states, and failures with their errors', () =>
  withTaskRunner({}, async ({ run, pool, deps }) => {
    await recordTasks(pool, [...deps.catalogue.values()]);
    await run('task1', { numbers: [1, 2, 3], partSize: 1 });
    await run('task3', { numbers: [1], least: 2, largest: 2 });
    const flows = await pool.query('SELECT dag_id, status, run_type, task_count FROM dag_runs ORDER BY id');
    assert.deepEqual(flows.rows, [
      { dag_id: 'task1', status: 'success', run_type: 'api', task_count: '4' },
      { dag_id: 'task3', status: 'failure', run_type: 'api', task_count: '1' },
    ]);
    const instances = await pool.query(
      `SELECT i.task_id, i.dag_id, i.status, i.hostname IS NOT NULL AS ran, i.duration >= 0 AS timed, i.result->>'code' AS code
       FROM task_instances i JOIN dag_runs r ON r.id = i.dag_run_id JOIN dags d ON d.dag_id = i.task_id AND d.is_active
       ORDER BY i.id`,
    );
    const part = { task_id: 'task2', dag_id: 'task1', status: 'success', ran: true, timed: true, code: null };
    assert.deepEqual(instances.rows, [
      { ...part, task_id: 'task1' },
      part,
      part,
      part,
      { ...part, task_id: 'task3', dag_id: 'task3', status: 'failure', code: 'empty-range' },
    ]);
  }));

test('a comparison of times does not depend on the session’s time zone', () =>
  withTaskRunner({}, async ({ start, pool }) => {
    const id = await start('task2', { numbers: [1] });
    await pool.query(`UPDATE ops.run SET created_at = '2024-07-18 00:30:00+00' WHERE id = $1`, [id]);
    const client = await pool.connect();
    try {
      for (const zone of ['UTC', 'Asia/Shanghai', 'America/New_York']) {
        await client.query(`SET TIME ZONE '${zone}'`);
        for (const view of ['tasks_results', 'dag_runs', 'task_instances']) {
          const { rows } = await client.query(
            `SELECT execution_date::text AS at FROM ${view}
             WHERE execution_date > '2024-07-18 00:00:00' AND execution_date < '2024-07-18 01:00:00'`,
          );
          assert.deepEqual(rows, [{ at: '2024-07-18 00:30:00' }], `${view} in ${zone}`);
        }
      }
    } finally {
      client.release(true);
    }
  }));

test('a run that a schedule started has the time of its slot, whenever it was recorded', () =>
  withTaskRunner({}, async ({ start, pool }) => {
    const id = await start('task2', { numbers: [1] });
    await pool.query(`UPDATE ops.run SET schedule = 'nightly', slot_at = '2024-07-18 01:10:00+08' WHERE id = $1`, [id]);
    for (const view of ['tasks_results', 'dag_runs', 'task_instances']) {
      const { rows } = await pool.query(`SELECT execution_date::text AS at FROM ${view}`);
      assert.deepEqual(rows, [{ at: '2024-07-17 17:10:00' }], view);
    }
    assert.deepEqual((await pool.query('SELECT schedule, run_type FROM dag_runs')).rows, [
      { schedule: 'nightly', run_type: 'api' },
    ]);
  }));

test('the page lists exactly the columns of each view, in their order', () =>
  withTestDatabase(async ({ pool }) => {
    const chapters = new Map(page.split(/^## /m).map((text) => [text.slice(0, text.indexOf('\n')), text]));
    const columnsOf = async (schema: string, view: string): Promise<string[][]> => {
      const { rows } = await pool.query<{ name: string; type: string }>(
        `SELECT column_name AS name, data_type AS type FROM information_schema.columns
         WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position`,
        [schema, view],
      );
      return rows.map(({ name, type }) => [name, type]);
    };
    for (const view of views) {
      const listed = [...(chapters.get(view) ?? '').matchAll(/^\| `(\w+)` \| ([a-z ]+) \| \S/gm)];
      assert.deepEqual(
        listed.map(([, name, type]) => [name, type]),
        await columnsOf('public', view),
        view,
      );
    }
    assert.deepEqual(await columnsOf('pipeline_schema', 'tasks_results'), await columnsOf('public', 'tasks_results'));
    const { rows } = await pool.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.views WHERE table_schema = 'public' ORDER BY 1`,
    );
    assert.deepEqual(rows.map(({ name }) => name).sort(), [...views].sort());
  }));

test('rows are there under the names that people write, and their own statements run as they stand', () =>
  withTaskRunner({ star: false }, async ({ drop, run, pool }) => {
    const load = async (source: string, path: string, bytes: string | Uint8Array): Promise<void> => {
      const file = await drop(source, path, Buffer.from(bytes));
      assert.equal((await run(`load-${source}`, { files: [file] })).state, 'succeeded');
    };
    await load('objects-detection', objectsDetectionExample.fileName, JSON.stringify(objectsDetectionExample.document));
    await load('vehicle-status', vehicleStatusExample.fileName, JSON.stringify(vehicleStatusExample.document));
    const newer = {
      vehicle_id: 'qbae3f787798416fb2b8afc1340ddf19',
      report_time: '2022-05-10T00:00:00Z',
      status: 'driving',
    };
    await load('vehicle-status', 'vehicles_status_2.json', JSON.stringify({ vehicle_status: [newer] }));
    await load('data-sample', '1.parquet', sampleParquet(0));
    await load('data-sample', '2.parquet', sampleParquet(24 * 60));
    const counted = async (view: string): Promise<number> => count(pool, `SELECT count(*) FROM ${view}`);
    assert.equal(await counted('objects_detection'), objectsDetectionExample.rows);
    assert.equal(await counted('vehicle_status'), vehicleStatusExample.rows + 1);
    assert.equal(await counted('vehicles_status'), vehicleStatusExample.rows);
    const latest = await pool.query(`SELECT status FROM vehicles_status WHERE vehicle_id = $1`, [newer.vehicle_id]);
    assert.deepEqual(latest.rows, [{ status: 'driving' }]);
    const columns = 'vehicle_id, report_time, status, file_id, ordinal';
    const inBoth = await pool.query(
      `SELECT ${columns} FROM vehicles_status EXCEPT SELECT ${columns} FROM fleet.vehicle_status_latest`,
    );
    assert.deepEqual(inBoth.rows, []);
    assert.equal(await counted('data_sample'), 50);
    const statements = page.match(/^(DELETE|TRUNCATE) .*$/gm) ?? [];
    assert.equal(statements.length, 2);
    for (const [nth, left] of [25, 0].entries()) {
      await pool.query(statements[nth] ?? '');
      assert.equal(await counted('data_sample'), left, statements[nth]);
    }
  }));

test('a role reads the views that it has a right to, and nothing behind them', () =>
  withOwnPostgres(async ({ url, superuserUrl }) => {
    const superuser = new pg.Client({ connectionString: superuserUrl });
    await superuser.connect();
    await superuser.query('CREATE ROLE analyst');
    await superuser.query('GRANT analyst TO millrace');
    await superuser.end();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(
        `INSERT INTO ops.run (id, task, queue, state, trigger, input, root_id, max_attempts)
         SELECT id, 'task1', 'reports', 'queued', 'api', '{}', id, 1 FROM gen_random_uuid() id`,
      );
      const grants = page.match(/^GRANT .*$/gm) ?? [];
      assert.equal(grants.length, 4);
      for (const grant of grants) await client.query(grant);
      await client.query('SET ROLE analyst');
      assert.equal((await client.query(seedQuery)).rows.length, 1);
      for (const view of [...telemetryViews, 'dwh.data_sample']) await client.query(`SELECT * FROM ${view}`);
      await assert.rejects(client.query('SELECT * FROM ops.log'), /permission denied/);
      await assert.rejects(client.query('DELETE FROM tasks_results'), /permission denied|cannot delete/);
    } finally {
      await client.end();
    }
  }));

/** 10,000 flows of 20 tasks, an hour apart, each with a run of its own below it, and 40,000 lines of logs. */
async function insertRuns(pool: pg.Pool): Promise<void> {
  await pool.query(
    `INSERT INTO ops.run (id, task, queue, state, trigger, input, root_id, max_attempts, created_at)
     SELECT id, 'task' || (n % 20 + 1), 'reports', 'succeeded', 'api', '{}', id, 1, '2024-01-01'::timestamptz + n * interval '1 hour'
     FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, 10000) n) r`,
  );
  await pool.query(
    `INSERT INTO ops.run (id, task, queue, state, trigger, input, root_id, parent_id, invoke_key, max_attempts, created_at)
     SELECT gen_random_uuid(), 'part', 'reports', 'succeeded', 'invoke', '{}', id, id, 'part', 1, created_at FROM ops.run`,
  );
  await pool.query(
    `INSERT INTO ops.log (run_id, attempt, at, level, message)
     SELECT id, 1, now(), 'info', 'line ' || n FROM ops.run, generate_series(1, 2) n`,
  );
  await pool.query('ANALYZE ops.run, ops.log');
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

/** Rows that a statement reads of each table, and how many it answers with. */
async function readBy(pool: pg.Pool, sql: string): Promise<Readonly<Record<string, number>>> {
  const { rows } = await pool.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`);
  const read: Record<string, number> = { run: 0, log: 0 };
  const walk = (plan: Plan): void => {
    // A partition of the log counts as the log.
    const table = plan['Relation Name']?.replace(/^log_.*/, 'log');
    if (table !== undefined) {
      const seen = plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0);
      read[table] = (read[table] ?? 0) + Math.round(seen * plan['Actual Loops']);
    }
    for (const below of plan.Plans ?? []) walk(below);
  };
  const top = rows[0]?.['QUERY PLAN'][0]?.Plan;
  if (top) walk(top);
  return { ...read, answer: top?.['Actual Rows'] ?? -1 };
}

test('a condition on the task and the time reads few of many runs, and logs only of those in the answer', () =>
  withTestDatabase(async ({ pool }) => {
    await insertRuns(pool);
    // The last of the flows are of February 2025.
    const after = `execution_date > '2025-02-17 00:00:00'`;
    for (const [task, view] of [
      ['task1', 'tasks_results'],
      ['part', 'tasks_results'],
      ['task1', 'pipeline_schema.tasks_results'],
      ['task1', 'task_instances'],
      ['part', 'task_instances'],
    ]) {
      const { run, log, answer } = await readBy(pool, `SELECT * FROM ${view} WHERE task_id = '${task}' AND ${after}`);
      const expected = Number(
        (await pool.query(`SELECT count(*) FROM ${view} WHERE task_id = '${task}' AND ${after}`)).rows[0].count,
      );
      assert.ok(expected > 2 && expected < 200, `${task} has ${expected} runs then`);
      assert.equal(answer, expected);
      assert.ok(Number(run) <= 4 * expected + 200, `${view} of ${task} reads ${run} rows for ${expected}`);
      assert.equal(log, view?.includes('tasks_results') ? 2 * expected : 0);
    }
    const flows = await readBy(pool, `SELECT * FROM dag_runs WHERE dag_id = 'task1' AND ${after}`);
    assert.ok(Number(flows['run']) <= 4 * Number(flows['answer']), JSON.stringify(flows));
    const withoutLogs = await readBy(pool, `SELECT id, status FROM tasks_results WHERE task_id = 'task1' AND ${after}`);
    assert.equal(withoutLogs['log'], 0);
    const one = await readBy(pool, `SELECT * FROM tasks_results WHERE id = (SELECT id FROM ops.run LIMIT 1)`);
    assert.ok(Number(one['run']) < 10, JSON.stringify(one));
  }));
