import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { statesByPath } from '../../../test/helpers/ledger.js';
import { rowsRead } from '../../../test/helpers/rows-read.js';
import { type BatchRange, dispatchBatch, listTwins, measureStretch, readActivity } from './dispatch.js';
import { listArriving } from './settle.js';
import { findNews } from './sightings.js';

const run = { task: 'stub', queue: 'stub', trigger: 'watcher', priority: 0, maxAttempts: 3 } as const;
const front = { after: '', limit: 100, atLeast: 1 };

interface Batch {
  readonly paths: string[];
  readonly last: string;
}

async function dispatch(pool: pg.Pool, files: number, range: BatchRange, bytes = 1e9): Promise<Batch | undefined> {
  const batch = await dispatchBatch(pool, 'stubs', { files, bytes }, run, (ids) => ({ files: ids.map(String) }), range);
  if (!batch) return undefined;
  const { rows } = await pool.query<{ path: string }>(
    'SELECT f.path FROM ops.run_file r JOIN ops.file f ON f.id = r.file_id WHERE r.run_id = $1 ORDER BY r.ordinal',
    [batch.run.id],
  );
  assert.equal(rows.length, batch.files);
  return { paths: rows.map((row) => row.path), last: batch.last };
}

/** Settled files in the order given; `bytes` stands for their content. */
async function settle(
  pool: pg.Pool,
  files: readonly { path: string; bytes?: string; alone?: boolean }[],
): Promise<void> {
  await pool.query(
    `INSERT INTO ops.file (path, source, size, mtime_ns, sha256, alone, state, settled_at)
     SELECT path, 'stubs', 100, 1, bytes, alone, 'settled', now() FROM unnest($1::text[], $2::text[], $3::boolean[]) AS f (path, bytes, alone)`,
    [files.map((f) => f.path), files.map((f) => f.bytes ?? f.path), files.map((f) => f.alone ?? false)],
  );
}

test('batches are stretches of the paths in byte order, in whatever order the files settled', () =>
  withTestDatabase(async ({ pool }) => {
    await settle(
      pool,
      ['b 10:00', 'é', 'B 09:00', 'b 09:59', 'a', 'b 10:01'].map((path) => ({ path })),
    );
    const first = await dispatch(pool, 2, front);
    assert.deepEqual(first, { paths: ['B 09:00', 'a'], last: 'a' });
    await settle(pool, [{ path: 'a 2' }, { path: 'A late one' }]);
    const second = await dispatch(pool, 3, { ...front, after: 'a' });
    assert.deepEqual(second?.paths, ['a 2', 'b 09:59', 'b 10:00']);
    assert.deepEqual((await dispatch(pool, 9, front))?.paths, ['A late one', 'b 10:01', 'é']);
  }));

test('a batch that has to be full is not made of fewer files, and files with the same bytes count once', () =>
  withTestDatabase(async ({ pool }) => {
    await settle(pool, [{ path: 'a', bytes: 'same' }, { path: 'b', bytes: 'same' }, { path: 'c' }]);
    assert.equal(await dispatch(pool, 3, { ...front, atLeast: 3 }), undefined);
    assert.deepEqual((await dispatch(pool, 3, { ...front, atLeast: 2 }))?.paths, ['a', 'c']);
    assert.equal(await dispatch(pool, 3, front), undefined, 'b waits for what becomes of a');
  }));

test('a file that is to go alone does, and a batch ends before it holds too many bytes', () =>
  withTestDatabase(async ({ pool }) => {
    await settle(pool, [{ path: 'a' }, { path: 'b', alone: true }, { path: 'c' }, { path: 'd' }, { path: 'e' }]);
    const batches: string[][] = [];
    for (let batch = await dispatch(pool, 9, front, 250); batch; batch = await dispatch(pool, 9, front, 250)) {
      batches.push(batch.paths);
    }
    assert.deepEqual(batches, [['a'], ['b'], ['c', 'd'], ['e']]);
  }));

test('what is active, how much waits and what is loaded already is known per source and stretch', () =>
  withTestDatabase(async ({ pool }) => {
    assert.deepEqual(await readActivity(pool, ['stubs', 'others']), []);
    await settle(pool, [{ path: 'a' }, { path: 'b', bytes: 'loaded' }, { path: 'c', bytes: 'loaded' }]);
    await pool.query(
      `INSERT INTO ops.file (path, source, size, mtime_ns, sha256, state)
       VALUES ('o', 'others', 1, 1, NULL, 'arriving'), ('l', 'stubs', 1, 1, 'loaded', 'loaded')`,
    );
    const activity = await readActivity(pool, ['stubs', 'others', 'none']);
    assert.deepEqual(activity, [
      { source: 'stubs', arriving: false, settled: true },
      { source: 'others', arriving: true, settled: false },
    ]);
    const stretch = { source: 'stubs', after: 'a', limit: 1 };
    const measure = await measureStretch(pool, stretch);
    assert.deepEqual([measure.files, measure.last], [1, 'b']);
    assert.deepEqual(
      (await listTwins(pool, stretch)).map((twins) => twins.loaded.path),
      ['l'],
    );
    assert.equal((await listTwins(pool, { ...stretch, after: '', limit: 9 })).length, 2);
    assert.equal((await statesByPath(pool))['b'], 'settled');
  }));

test('what a pass reads of the ledger is what it asks for, however many files are loaded or wait', () =>
  withTestDatabase(async ({ pool }) => {
    const files = 40_000;
    await pool.query(
      `INSERT INTO ops.file (path, source, size, mtime_ns, sha256, state)
       SELECT format('f %s', n), 'stubs', 1, 1, n::text,
         (CASE n % 4 WHEN 0 THEN 'arriving' WHEN 1 THEN 'settled' ELSE 'loaded' END)::ops.file_state
       FROM generate_series(1, $1) n`,
      [files],
    );
    await pool.query('ANALYZE ops.file');
    const client = await pool.connect();
    try {
      const limit = 100;
      const stretch = { source: 'stubs', after: 'f 2', limit };
      const sightings = Array.from({ length: limit }, (_, n) => ({
        path: `f ${n + 1}`,
        source: 'stubs',
        size: 1n,
        mtimeNs: 1n,
      }));
      const filter = { ...stretch, stillSince: 0n, except: [] };
      const reads = {
        activity: await rowsRead(client, () => readActivity(client, ['stubs', 'others'])),
        measure: await rowsRead(client, () => measureStretch(client, stretch)),
        twins: await rowsRead(client, () => listTwins(client, stretch)),
        arriving: await rowsRead(client, () => listArriving(client, 'stubs', filter)),
        news: await rowsRead(client, () => findNews(client, sightings)),
      };
      for (const [what, rows] of Object.entries(reads)) assert.ok(rows <= 3 * limit, `${what}: ${rows} rows read`);
    } finally {
      client.release();
    }
  }));
