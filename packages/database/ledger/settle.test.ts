import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { listFiles, statesByPath } from '../../../test/helpers/ledger.js';
import { listArriving, noteArriving, quarantineArriving, settleFiles } from './settle.js';
import { recordSightings } from './sightings.js';
import { stillSince, tickOf } from './ticks.js';

const still = { stillSince: 1n, after: '', limit: 10, except: [] };

const see = (pool: pg.Pool, paths: readonly string[], mtimeNs = 1n, tick: bigint | null = 1n): Promise<number> =>
  recordSightings(
    pool,
    paths.map((path) => ({ path, source: 'stubs', size: 1n, mtimeNs })),
    tick,
  );

/** Settles what arrives; the content of each is `content`. */
async function settleAll(pool: pg.Pool, content: (path: string) => string): Promise<void> {
  const files = await listArriving(pool, 'stubs', still);
  await settleFiles(
    pool,
    files.map((file) => ({ ...file, sha256: content(file.path) })),
  );
}

test('arriving files are listed in path order, from a path on, and only those that stand still', () =>
  withTestDatabase(async ({ pool }) => {
    await see(pool, ['c', 'a', 'B']);
    await see(pool, ['d'], 1n, 2n);
    const list = async (filter: Partial<Parameters<typeof listArriving>[2]>): Promise<string[]> =>
      (await listArriving(pool, 'stubs', { ...still, ...filter })).map((file) => file.path);
    assert.deepEqual(await list({}), ['B', 'a', 'c']);
    assert.deepEqual(await list({ after: 'B', limit: 1 }), ['a']);
    const [first] = await listArriving(pool, 'stubs', still);
    assert.deepEqual(await list({ except: first ? [first.id] : [] }), ['a', 'c']);
    assert.deepEqual(await list({ stillSince: 0n }), []);
    assert.deepEqual(await listArriving(pool, 'others', still), []);
  }));

test('of files settled together each goes its own way: new, renewed, touched, and moved meanwhile', () =>
  withTestDatabase(async ({ pool }) => {
    await see(pool, ['renewed', 'touched', 'both']);
    await settleAll(pool, (path) => `${path} 1`);
    await see(pool, ['renewed', 'touched', 'both', 'new', 'moved'], 2n);
    const hashed = (await listArriving(pool, 'stubs', still)).map((file) => ({
      ...file,
      sha256: file.path === 'touched' ? 'touched 1' : `${file.path} 2`,
    }));
    assert.equal(hashed.length, 5);
    await see(pool, ['moved'], 3n);
    await settleFiles(pool, hashed);
    assert.deepEqual(
      (await listFiles(pool)).map((file) => [file.path, file.version, file.state, file.current]),
      [
        ['both', 1, 'superseded', false],
        ['both', 2, 'settled', true],
        ['moved', 1, 'arriving', true],
        ['new', 1, 'settled', true],
        ['renewed', 1, 'superseded', false],
        ['renewed', 2, 'settled', true],
        ['touched', 1, 'settled', true],
      ],
    );
    const { rows } = await pool.query(`SELECT mtime_ns FROM ops.file WHERE path = 'touched'`);
    assert.deepEqual(rows, [{ mtime_ns: '2' }]);
  }));

test('many files that cannot be read are quarantined at once, each with its reason, and one that is back arrives', () =>
  withTestDatabase(async ({ pool }) => {
    await see(pool, ['gone', 'locked', 'fine']);
    const [fine, gone, locked] = await listArriving(pool, 'stubs', still);
    assert.ok(fine && gone && locked);
    await quarantineArriving(pool, [
      { ...gone, code: 'gone', reason: 'not there' },
      { ...locked, code: 'unreadable', reason: 'not allowed' },
    ]);
    assert.deepEqual(
      (await listFiles(pool)).map((file) => [file.path, file.state, file.code, file.reason]),
      [
        ['fine', 'arriving', null, null],
        ['gone', 'quarantined', 'gone', 'not there'],
        ['locked', 'quarantined', 'unreadable', 'not allowed'],
      ],
    );
    assert.equal(await see(pool, ['gone', 'locked', 'fine']), 1);
    assert.deepEqual(await statesByPath(pool), { fine: 'arriving', gone: 'arriving', locked: 'quarantined' });
  }));

test('a file that could not be read for a passing reason has to stand still anew', () =>
  withTestDatabase(async ({ pool }) => {
    await see(pool, ['a', 'b']);
    const [first] = await listArriving(pool, 'stubs', still);
    await noteArriving(pool, first ? [first.id] : [], 2n);
    const left = await listArriving(pool, 'stubs', still);
    assert.deepEqual(
      left.map((file) => file.path),
      ['b'],
    );
  }));

test('a file of which it is not known when it changed is listed as such, until that is noted', () =>
  withTestDatabase(async ({ pool }) => {
    await see(pool, ['a'], 1n, null);
    const [file] = await listArriving(pool, 'stubs', still);
    assert.equal(file?.noted, false);
    await noteArriving(pool, [file.id], 2n);
    assert.deepEqual(await listArriving(pool, 'stubs', still), []);
    assert.equal((await listArriving(pool, 'stubs', { ...still, stillSince: 2n }))[0]?.noted, true);
  }));

test('what was noted in an earlier term has stood still once this term is old enough, what in this one by its own age', () => {
  assert.equal(stillSince(7n, 1_499, 1_500), undefined);
  const latest = stillSince(7n, 2_000, 1_500) ?? 0n;
  assert.ok(tickOf(6n, 9e9) <= latest);
  assert.ok(tickOf(7n, 500) <= latest);
  assert.ok(tickOf(7n, 501) > latest);
});

for (const ending of ['gone', 'ignored'] as const) {
  test(`a version that had settled is superseded when the newer one that overwrote it is ${ending} before it settles`, () =>
    withTestDatabase(async ({ pool }) => {
      await see(pool, ['a', 'loaded']);
      await settleAll(pool, (path) => path);
      await pool.query(`UPDATE ops.file SET state = 'loaded' WHERE path = 'loaded'`);
      await see(pool, ['a', 'loaded'], 2n);
      const newer = await listArriving(pool, 'stubs', still);
      if (ending === 'gone') {
        await quarantineArriving(
          pool,
          newer.map((file) => ({ ...file, code: 'gone', reason: 'not there' })),
        );
      } else {
        await recordSightings(
          pool,
          newer.map(({ path, size, mtimeNs }) => ({ path, source: null, size, mtimeNs })),
        );
      }
      const end = ending === 'gone' ? 'quarantined' : 'ignored';
      assert.deepEqual(
        (await listFiles(pool)).map((file) => [file.path, file.version, file.state]),
        [
          ['a', 1, 'superseded'],
          ['a', 2, end],
          ['loaded', 1, 'loaded'],
          ['loaded', 2, end],
        ],
      );
    }));
}

test('a file that changed after it was found gone is not quarantined', () =>
  withTestDatabase(async ({ pool }) => {
    await see(pool, ['a']);
    const found = await listArriving(pool, 'stubs', still);
    await see(pool, ['a'], 2n);
    await quarantineArriving(
      pool,
      found.map((file) => ({ ...file, code: 'gone', reason: 'not there' })),
    );
    assert.deepEqual(await statesByPath(pool), { a: 'arriving' });
  }));

test('a moved duplicate that is touched while the rows of its twin go is loaded from where it lies', () =>
  withTestDatabase(async ({ pool }) => {
    await see(pool, ['here']);
    await settleAll(pool, () => 'bytes');
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO ops.file (path, source, size, mtime_ns, sha256, state, current)
       VALUES ('there', 'stubs', 1, 1, 'bytes', 'superseded', false) RETURNING id`,
    );
    await pool.query(
      `UPDATE ops.file SET state = 'duplicate', moved = true, duplicate_of_id = $1 WHERE path = 'here'`,
      [rows[0]?.id],
    );
    await see(pool, ['here'], 2n);
    await settleAll(pool, () => 'bytes');
    assert.deepEqual(await statesByPath(pool), { here: 'settled' });
  }));
