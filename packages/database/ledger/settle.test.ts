import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { listFiles, statesByPath } from '../../../test/helpers/ledger.js';
import { listArriving, postponeArriving, quarantineArriving, settleFiles } from './settle.js';
import { recordSightings } from './sightings.js';

const still = { stillMs: 0, after: '', limit: 10, except: [] };

const see = (pool: pg.Pool, paths: readonly string[], mtimeNs = 1n): Promise<number> =>
  recordSightings(
    pool,
    paths.map((path) => ({ path, source: 'stubs', size: 1n, mtimeNs })),
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
    await see(pool, ['c', 'a', 'B', 'd']);
    await pool.query(`UPDATE ops.file SET updated_at = now() + interval '1 hour' WHERE path = 'd'`);
    const list = async (filter: Partial<Parameters<typeof listArriving>[2]>): Promise<string[]> =>
      (await listArriving(pool, 'stubs', { ...still, ...filter })).map((file) => file.path);
    assert.deepEqual(await list({}), ['B', 'a', 'c']);
    assert.deepEqual(await list({ after: 'B', limit: 1 }), ['a']);
    const [first] = await listArriving(pool, 'stubs', still);
    assert.deepEqual(await list({ except: first ? [first.id] : [] }), ['a', 'c']);
    assert.deepEqual(await list({ stillMs: 60_000 }), []);
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
      { id: gone.id, code: 'gone', reason: 'not there' },
      { id: locked.id, code: 'unreadable', reason: 'not allowed' },
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
    await pool.query(`UPDATE ops.file SET updated_at = now() - interval '1 hour'`);
    const files = await listArriving(pool, 'stubs', { ...still, stillMs: 60_000 });
    await postponeArriving(
      pool,
      files.slice(0, 1).map((file) => file.id),
    );
    const left = await listArriving(pool, 'stubs', { ...still, stillMs: 60_000 });
    assert.deepEqual(
      left.map((file) => file.path),
      ['b'],
    );
  }));
