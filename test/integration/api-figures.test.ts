import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rollUp } from '#database/changes/roll-up.js';
import { type Pool, transaction } from '#database/pool.js';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { fillHistory } from '../helpers/many-runs.js';
import { type TestApi, withApi } from './api-fixture.js';

/** Answers of a series as lines, those of empty slices left out. */
async function seriesOf(api: TestApi, query: string): Promise<{ lines: string[]; from: string; end: string }> {
  const { status, body } = await api.ask(`/api/runs/series?${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  const { slices, groups, count, end } = body;
  const lines: string[] = [];
  let all = 0;
  for (const { value, count: sum, runs } of groups) {
    assert.equal(runs.length, slices.length);
    assert.equal(
      runs.reduce((total: number, each: number) => total + each, 0),
      sum,
    );
    all += sum;
    for (const [index, each] of runs.entries()) if (each > 0) lines.push(`${slices[index]} ${value} ${each}`);
  }
  assert.equal(count, all);
  return { lines: lines.sort(), from: slices[0], end };
}

/** The same, counted in the table. */
async function countedIn(
  pool: Pool,
  grain: string,
  by: string,
  where: string,
  span: [string, string],
): Promise<string[]> {
  const { rows } = await pool.query<{ at: Date; value: string; runs: number }>(
    `SELECT date_trunc($1, created_at, 'UTC') AS at, ${by}::text AS value, count(*)::int AS runs FROM ops.run
     WHERE created_at >= $2 AND created_at < $3 AND ${where} GROUP BY 1, 2`,
    [grain, ...span],
  );
  return rows.map(({ at, value, runs }) => `${at.toISOString()} ${value} ${runs}`).sort();
}

const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

/** Queries of series, with the grain, the group and the condition that they mean. */
const seriesQueries: readonly (readonly [string, string, string, string])[] = [
  ['', 'hour', 'state', 'true'],
  ['grain=day', 'day', 'state', 'true'],
  [`from=${ago(6)}&by=task`, 'hour', 'task', 'true'],
  [`from=${ago(400)}&to=${ago(20)}&by=task`, 'day', 'task', 'true'],
  [
    `from=${ago(400)}&task=task-02&state=failed,cancelled`,
    'day',
    'state',
    `task = 'task-02' AND state IN ('failed', 'cancelled')`,
  ],
  [`from=${ago(90)}&trigger=schedule&by=task`, 'day', 'task', `trigger = 'schedule'`],
];

async function assertSeries(api: TestApi, when: string): Promise<void> {
  for (const [query, grain, by, where] of seriesQueries) {
    const { lines, from, end } = await seriesOf(api, query);
    assert.ok(lines.length > 0, `${when}, ${query}: nothing is counted`);
    assert.deepEqual(lines, await countedIn(api.pool, grain, by, where, [from, end]), `${when}, ${query}`);
  }
}

/** A task's figures, computed from the table. */
async function figuresOf(pool: Pool, task: string, since: string) {
  const { rows } = await pool.query(
    `WITH recent AS (SELECT * FROM ops.run WHERE task = $1 AND created_at >= $2),
     ended AS (SELECT * FROM recent WHERE ended_at IS NOT NULL AND started_at IS NOT NULL ORDER BY id DESC LIMIT 1000)
     SELECT (SELECT count(*) FROM recent)::int AS runs,
       (SELECT (count(*) FILTER (WHERE state = 'succeeded'))::float8 / NULLIF(count(*) FILTER (WHERE state IN ('succeeded', 'failed')), 0) FROM recent) AS rate,
       (SELECT count(*) FROM ops.run WHERE task = $1 AND ended_at IS NULL)::int AS open,
       (SELECT count(*) FROM ended)::int AS measured,
       (SELECT percentile_cont('{0.5,0.95}'::float8[]) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - started_at) * 1000) FROM ended) AS took,
       (SELECT percentile_cont('{0.5,0.95}'::float8[]) WITHIN GROUP (ORDER BY extract(epoch FROM started_at - available_at) * 1000)
        FROM ended WHERE available_at <= started_at) AS waited,
       ARRAY(SELECT id::text FROM ops.run WHERE task = $1 ORDER BY id DESC LIMIT 20) AS last`,
    [task, since],
  );
  return rows[0];
}

const near = (actual: number | null, expected: number | undefined, what: string): void => {
  if (expected === undefined) assert.equal(actual, null, what);
  else assert.ok(actual !== null && Math.abs(actual - expected) < 0.01, `${what}: ${actual}, expected ${expected}`);
};

async function assertFigures(api: TestApi, days: number): Promise<void> {
  const { items } = (await api.ask(`/api/tasks/figures?days=${days}`)).body;
  assert.deepEqual(
    items.map(({ task }: { task: string }) => task),
    [...api.deps.catalogue.keys()],
  );
  for (const figures of items) {
    const { task, since, runs, successRate, open, measured, durationMs, waitingMs, lastRuns } = figures;
    const what = `${task} in ${days} days`;
    const expected = await figuresOf(api.pool, task, since);
    const all = Object.values<number>(runs).reduce((total, each) => total + each, 0);
    assert.deepEqual([all, open, measured], [expected.runs, expected.open, expected.measured], what);
    near(successRate, expected.rate ?? undefined, what);
    for (const [index, part] of (['p50', 'p95'] as const).entries()) {
      near(durationMs[part], expected.took?.[index], `${what}: duration ${part}`);
      near(waitingMs[part], expected.waited?.[index], `${what}: waiting ${part}`);
    }
    assert.deepEqual(
      lastRuns.map(({ id }: { id: string }) => id),
      expected.last,
      what,
    );
  }
  const name = items[0].task;
  const { body: alone } = await api.ask(`/api/tasks/${name}/figures?days=${days}`);
  const steady = ({ lastRuns, ...rest }: typeof alone) => ({ ...rest, lastRuns: lastRuns.length });
  assert.deepEqual(steady(alone), steady(items[0]));
}

test('series of runs and figures of tasks are what the table says: rolled up, not yet, or of another server', () =>
  withApi(async (api) => {
    const { pool } = api;
    await transaction(pool, (tx) => fillHistory(tx, { runs: 4_000, lines: 0 }));
    // Some of the history's tasks are tasks of the catalogue.
    const names = [...api.deps.catalogue.keys()].slice(0, 3);
    await pool.query(
      `UPDATE ops.run SET task = CASE task WHEN 'task-04' THEN $1 WHEN 'task-05' THEN $2 ELSE $3 END WHERE task IN ('task-04', 'task-05', 'task-06')`,
      names,
    );
    await pool.query('SELECT ops.count_anew()');
    await assertSeries(api, 'counted');
    await pool.query(
      `UPDATE ops.run SET state = 'failed', started_at = now(), ended_at = now() + interval '70 ms' WHERE state = 'running'`,
    );
    // Waits of all lengths; those that seem to be negative are of runs that were tried again.
    await pool.query(
      `UPDATE ops.run SET available_at = available_at + (abs(hashtext(id::text)) % 20) * interval '1 ms' WHERE ended_at IS NOT NULL`,
    );
    await pool.query(
      `DELETE FROM ops.run WHERE id IN (SELECT id FROM ops.run WHERE task = 'task-02' ORDER BY id DESC LIMIT 40)`,
    );
    await pool.query(
      `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts)
       SELECT id, id, task, 'loads', 'queued', trigger, input, 3 FROM (
         SELECT ('f' || substr(id::text, 2))::uuid AS id, task, trigger, input FROM ops.run ORDER BY id DESC LIMIT 5) new`,
    );
    await assertSeries(api, 'not rolled up');
    await assertFigures(api, 7);
    await assertFigures(api, 90);
    await rollUp(pool);
    await assertSeries(api, 'rolled up');
    await assertFigures(api, 90);
    await pool.query(`UPDATE ops.roll_up SET snapshot = '9999999999:9999999999:'`);
    await assertSeries(api, 'of another server');
    await assertFigures(api, 90);

    const series = async (query: string) => await api.ask(`/api/runs/series?${query}`);
    const { body: empty } = await series('grain=day&from=2020-01-01&to=2020-01-03');
    assert.deepEqual(
      empty.slices,
      ['2020-01-01', '2020-01-02', '2020-01-03'].map((day) => `${day}T00:00:00.000Z`),
    );
    assert.equal(empty.end, '2020-01-04T00:00:00.000Z');
    assert.deepEqual(empty.groups[0], { value: 'queued', count: 0, runs: [0, 0, 0] });
    assert.equal((await series('from=9999-12-31&to=9999-12-31T23:00:00Z')).body.slices.length, 24);
    for (const query of [
      'from=soon',
      'grain=minute',
      'by=queue',
      'from=2020-01-01',
      'grain=hour&from=2026-01-01&to=2026-02-01',
      'from=2026-02-02&to=2026-02-01',
    ]) {
      assert.equal((await series(query)).status, 422, query);
    }
    for (const { path, command } of readCurlExamples('docs/figures.md')) {
      const { status, body } = await api.ask(`/api${path}`);
      assert.equal(status, 200, `${command}: ${JSON.stringify(body)}`);
    }
    assert.equal((await api.ask('/api/tasks/nobody/figures')).body.code, 'unknown-task');
    assert.equal((await api.ask('/api/tasks/figures?days=0')).status, 422);
  }));

/** What was loaded by source in each slice, counted in the changes: those of the test either come to be loaded or are loaded once more. */
async function countedLoads(pool: Pool, grain: string, source: string, span: [string, string]): Promise<string[]> {
  const { rows } = await pool.query<{ at: Date; source: string; files: number; rows: number; bytes: number }>(
    `SELECT date_trunc($1, at, 'UTC') AS at, COALESCE(source, '') AS source, count(*)::int AS files, sum(rows)::int AS rows, sum(bytes)::int AS bytes
     FROM ops.file_change WHERE state = 'loaded' AND at >= $2 AND at < $3 AND source LIKE $4 GROUP BY 1, 2`,
    [grain, ...span, source],
  );
  return rows.map((row) => `${row.at.toISOString()} ${row.source} ${row.files} ${row.rows} ${row.bytes}`).sort();
}

async function assertLoads(api: TestApi, when: string): Promise<void> {
  for (const [query, grain, source] of [
    ['', 'hour', '%'],
    ['grain=day', 'day', '%'],
    [`from=${ago(6)}&source=weather`, 'hour', 'weather'],
    [`from=${ago(400)}`, 'day', '%'],
  ] as const) {
    const { status, body } = await api.ask(`/api/files/series?${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    const lines: string[] = [];
    for (const group of body.groups) {
      const total = { files: 0, rows: 0, bytes: 0 };
      for (const [index, files] of group.files.entries()) {
        const [rows, bytes] = [group.rows[index], group.bytes[index]];
        if (files > 0) lines.push(`${body.slices[index]} ${group.source} ${files} ${rows} ${bytes}`);
        else assert.deepEqual([rows, bytes], [0, 0]);
        for (const [key, value] of Object.entries({ files, rows, bytes })) total[key as keyof typeof total] += value;
      }
      assert.deepEqual(group.total, total);
    }
    const counted = await countedLoads(api.pool, grain, source, [body.slices[0], body.end]);
    assert.ok(counted.length > 0, `${when}, ${query}: nothing was loaded`);
    assert.deepEqual(lines.sort(), counted, `${when}, ${query}`);
  }
}

test('series of loads are what the changes of files say: rolled up or not, and whatever becomes of the files', () =>
  withApi(async (api) => {
    const { pool } = api;
    await pool.query(
      `INSERT INTO ops.file (path, source, size, mtime_ns, sha256, state, rows)
       SELECT 'f' || n, CASE WHEN n % 3 = 0 THEN 'weather' ELSE 'images' END, n, 1, md5(n::text), 'loaded', n * 7 FROM generate_series(1, 300) n`,
    );
    // As if they had been loaded over 75 days, most of them lately.
    await pool.query(`UPDATE ops.file_change SET at = at - (file_id * file_id % 1800) * interval '1 hour'`);
    await assertLoads(api, 'not rolled up');
    await rollUp(pool);
    await assertLoads(api, 'rolled up');
    const runs = await pool.query<{ id: string }>(
      `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts)
       SELECT id, id, 'load', 'loads', 'running', 'replay', '{}', 1 FROM (SELECT gen_random_uuid() AS id) new RETURNING id`,
    );
    await pool.query(`UPDATE ops.file SET run_id = $1, rows = 1 WHERE id % 10 = 0`, [runs.rows[0]?.id]);
    await pool.query(`UPDATE ops.file SET state = 'superseded' WHERE id % 10 = 1`);
    await pool.query('DELETE FROM ops.file WHERE id % 10 = 2');
    await assertLoads(api, 'some anew');
    await rollUp(pool);
    await assertLoads(api, 'some anew, rolled up');
    assert.equal((await api.ask('/api/files/series?grain=minute')).status, 422);
  }));
