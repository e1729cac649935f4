import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { waitFor } from '../../../test/helpers/wait.js';
import { openPool, type Pool, transaction } from '../pool.js';
import { readTotals, type Totals } from '../queries/totals.js';
import { newRunId } from '../runs/record-run.js';
import { rollUp, rollUpWhenDue } from './roll-up.js';

const tasks = ['count', 'load', 'mail'];
const insertRun = `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts, created_at)
  VALUES ($1, $1, $2, 'q' || length($2), 'queued', $3, '{}', 3, $4)`;

/** Numbers like dice, the same in each run of the test. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** What one of several sessions does to runs and files: a few statements in a transaction, some of which are undone. */
async function change(pool: Pool, roll: (sides: number) => number): Promise<void> {
  const any = 'id IN (SELECT id FROM ops.run ORDER BY md5(id::text || $1) LIMIT 3 FOR UPDATE SKIP LOCKED)';
  const anyFile = 'id IN (SELECT id FROM ops.file ORDER BY md5(id::text || $1) LIMIT 3 FOR UPDATE SKIP LOCKED)';
  const statements = [
    () => [insertRun, [newRunId(), tasks[roll(3)], ['api', 'watcher'][roll(2)], new Date(1.7e12 + roll(4e8))]],
    () => [insertRun, [newRunId(), tasks[roll(3)], 'api', new Date(1.7e12 + roll(4e8))]],
    () => [`UPDATE ops.run SET state = 'running', attempt = attempt + 1, begun_at = now() WHERE ${any}`, [roll(1e9)]],
    () => [`UPDATE ops.run SET state = 'succeeded' WHERE state = 'running' AND ${any}`, [roll(1e9)]],
    () => [`UPDATE ops.run SET state = 'failed', error = '{}' WHERE state = 'running' AND ${any}`, [roll(1e9)]],
    () => [`DELETE FROM ops.run WHERE ${any} AND length(task) = 4`, [roll(1e9)]],
    () => [
      `INSERT INTO ops.file (path, size, mtime_ns, state, source) SELECT $1 || '/' || n, n, 1, 'arriving', NULLIF($2, '') FROM generate_series(1, 5) n`,
      [String(roll(1e9)), ['', 'a', 'b'][roll(3)]],
    ],
    () => [`UPDATE ops.file SET size = size + 10 WHERE state = 'arriving' AND ${anyFile}`, [roll(1e9)]],
    () => [`UPDATE ops.file SET source = 'c' WHERE ${anyFile}`, [roll(1e9)]],
    () => [`UPDATE ops.file SET state = 'settled' WHERE state = 'arriving' AND ${anyFile}`, [roll(1e9)]],
    () => [
      // Of a run that no other session deletes meanwhile.
      `UPDATE ops.file SET state = 'loaded', rows = length(path), run_id = (SELECT id FROM ops.run ORDER BY id LIMIT 1 FOR KEY SHARE SKIP LOCKED)
       WHERE ${anyFile}`,
      [roll(1e9)],
    ],
    () => [`DELETE FROM ops.file WHERE ${anyFile}`, [roll(1e9)]],
  ] as const;
  await transaction(pool, async (tx) => {
    for (let left = roll(4); left >= 0; left--) {
      const [sql, values] = statements[roll(statements.length)]?.() ?? assert.fail();
      await tx.query(String(sql), [...(Array.isArray(values) ? values : [])]);
    }
    if (roll(5) === 0) throw new Error('undone');
  }).catch((error: unknown) => {
    // Two sessions may want the same rows in another order; then one of them is undone.
    if (!(error instanceof Error && /undone|deadlock/.test(error.message))) throw error;
  });
}

/** The figures of now, counted in the tables themselves. */
async function countTables(pool: Pool): Promise<Pick<Totals, 'runsNow' | 'filesNow'>> {
  const runs = await pool.query(
    'SELECT task, state::text, count(*)::float8 AS count FROM ops.run GROUP BY 1, 2 ORDER BY task, state::text',
  );
  const files = await pool.query(
    `SELECT source, state::text, count(*)::float8 AS files, COALESCE(sum(size) FILTER (WHERE state <> 'arriving'), 0)::float8 AS bytes,
       COALESCE(sum(rows), 0)::float8 AS rows FROM ops.file GROUP BY 1, 2 ORDER BY COALESCE(source, ''), state::text`,
  );
  return { runsNow: runs.rows, filesNow: files.rows };
}

const nameOf = (figure: { state: string; task?: string; source?: string | null }): string =>
  `${figure.task ?? figure.source ?? ''} ${figure.state}`;
const sorted = <T extends { state: string }>(figures: readonly T[]): T[] =>
  [...figures].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));

async function assertCounts(pool: Pool): Promise<Totals> {
  const totals = await readTotals(pool);
  const expected = await countTables(pool);
  assert.deepEqual(sorted(totals.runsNow), sorted(expected.runsNow));
  assert.deepEqual(sorted(totals.filesNow), sorted(expected.filesNow));
  return totals;
}

test('tallies are what a count of the tables says, while runs and files change, are deleted, and changes are added up in between', () =>
  withTestDatabase(async ({ pool }) => {
    const roll = dice(15);
    for (let round = 0; round < 12; round++) {
      const sessions = [1, 2, 3].map(async (session) => {
        const own = dice(round * 10 + session);
        for (let n = 0; n < 6; n++) await change(pool, own);
      });
      // While they write, and several at a time.
      const adding = round % 3 === 0 ? [rollUp(pool), rollUp(pool)] : [];
      await Promise.all([...sessions, ...adding]);
      await assertCounts(pool);
      if (roll(2) === 0) await rollUp(pool);
      await assertCounts(pool);
    }
    await rollUp(pool);
    assert.equal(await rollUp(pool), 0, 'nothing is left to be added');
    const { rows } = await pool.query(
      `SELECT grain, at, task, trigger, queue, state, runs::int FROM ops.run_tally ORDER BY 1, 2, 3, 4, 5, 6`,
    );
    const expected = await pool.query(
      `SELECT g.grain, g.at, task, trigger, queue, state, count(*)::int AS runs FROM ops.run
       CROSS JOIN LATERAL (VALUES ('hour', date_trunc('hour', created_at, 'UTC')), ('day', date_trunc('day', created_at, 'UTC')),
         ('ever', '-infinity'::timestamptz)) AS g (grain, at) GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`,
    );
    assert.ok(rows.length > 20);
    assert.deepEqual(rows, expected.rows);
  }));

test('what was ever counted never goes down, and counts each change once', () =>
  withTestDatabase(async ({ pool }) => {
    const id = newRunId();
    await pool.query(insertRun, [id, 'count', 'api', new Date()]);
    const begin = `UPDATE ops.run SET state = 'running', attempt = attempt + 1, begun_at = now(), available_at = now() - interval '20 seconds' WHERE id = $1`;
    await pool.query(begin, [id]);
    await rollUp(pool);
    await pool.query(begin, [id]);
    await pool.query(`UPDATE ops.run SET state = 'queued', error = '{"name":"Error"}' WHERE id = $1`, [id]);
    await pool.query(begin, [id]);
    await pool.query(`UPDATE ops.run SET state = 'succeeded', error = NULL WHERE id = $1`, [id]);
    await pool.query(`INSERT INTO ops.file (path, size, mtime_ns, state, source) VALUES ('f', 7, 1, 'arriving', 's')`);
    await pool.query(`UPDATE ops.file SET state = 'loaded', rows = 3`);
    await pool.query(`UPDATE ops.file SET run_id = $1, rows = 4`, [id]);
    const totals = await readTotals(pool);
    const figure = (task: string, state: string, count: number) => ({ task, state, count });
    assert.deepEqual(totals.runsNow, [figure('count', 'succeeded', 1)]);
    assert.deepEqual(totals.runs, [
      figure('count', 'lost', 2),
      figure('count', 'queued', 2),
      figure('count', 'running', 3),
      figure('count', 'succeeded', 1),
    ]);
    const waited = totals.times.find(({ measure }) => measure === 'waited') ?? assert.fail('no times');
    // Those that waited began when they were queued: the takeover did not.
    assert.deepEqual(
      waited.counts.reduce((sum, n) => sum + n, 0),
      2,
    );
    assert.equal(waited.counts.length, 17);
    assert.ok(waited.sumMs >= 0);
    assert.equal(
      totals.times.find(({ measure }) => measure === 'ran')?.counts.reduce((sum, n) => sum + n, 0),
      3,
    );
    assert.deepEqual(totals.files, [
      { source: 's', state: 'arriving', files: 1, bytes: 7, rows: 0 },
      { source: 's', state: 'loaded', files: 2, bytes: 14, rows: 7 },
    ]);
    assert.deepEqual(totals.filesNow, [{ source: 's', state: 'loaded', files: 1, bytes: 7, rows: 4 }]);
    await pool.query('DELETE FROM ops.file');
    await pool.query('DELETE FROM ops.run');
    await rollUp(pool);
    const later = await readTotals(pool);
    assert.deepEqual(later, { ...totals, runsNow: [], filesNow: [] });
  }));

test('a roll-up that is killed leaves all as it was, and a database of another server is counted anew', () =>
  withTestDatabase(async ({ pool, url }) => {
    await pool.query(insertRun, [newRunId(), 'count', 'api', new Date()]);
    const killed = openPool({ url, name: 'killed', max: 1, onError: () => {} });
    await transaction(pool, async (tx) => {
      await tx.query('SELECT FROM ops.roll_up FOR UPDATE');
      const adding = assert.rejects(rollUp(killed), /terminat|connection/i);
      const waits = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'killed' AND wait_event_type = 'Lock'`;
      await waitFor('the roll-up waits for the row', async () => (await pool.query(waits)).rows[0]);
      await adding;
    });
    await killed.end();
    await assertCounts(pool);
    assert.equal(await rollUp(pool), 1);
    await assertCounts(pool);
    await pool.query(`UPDATE ops.roll_up SET snapshot = '999999999999:999999999999:'`);
    await pool.query(insertRun, [newRunId(), 'count', 'api', new Date()]);
    assert.equal(await rollUp(pool), 0);
    await assertCounts(pool);
  }));

test('many changes are added up at once, a few after a minute, and none costs nothing', () =>
  withTestDatabase(async ({ pool }) => {
    const tallied = async (): Promise<number> => {
      await rollUpWhenDue(pool);
      const { rows } = await pool.query<{ runs: number }>(
        `SELECT COALESCE(sum(runs), 0)::float8 AS runs FROM ops.run_tally WHERE grain = 'ever'`,
      );
      return rows[0]?.runs ?? 0;
    };
    const insert = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) await pool.query(insertRun, [newRunId(), 'count', 'api', new Date()]);
    };
    const snapshot = async (): Promise<unknown> => (await pool.query('SELECT * FROM ops.roll_up')).rows;
    const before = await snapshot();
    assert.equal(await tallied(), 0);
    await pool.query(`UPDATE ops.roll_up SET at = at - interval '1 hour'`);
    assert.equal(await tallied(), 0);
    await pool.query(`UPDATE ops.roll_up SET at = at + interval '1 hour'`);
    assert.deepEqual(await snapshot(), before, 'nothing was written');
    await insert(2);
    assert.equal(await tallied(), 0, 'readers add two themselves');
    await pool.query(`UPDATE ops.roll_up SET at = now() - interval '61 seconds'`);
    assert.equal(await tallied(), 2);
    await insert(500);
    assert.equal(await tallied(), 502);
  }));
