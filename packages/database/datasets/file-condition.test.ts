import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { fileCondition } from './file-condition.js';

const ids = (...list: number[]): bigint[] => list.map(BigInt);
const upTo = (n: number, id: (i: number) => number): bigint[] => Array.from({ length: n }, (_, i) => BigInt(id(i)));

test('a few stretches of ids are a range each, whatever their order', () => {
  assert.equal(
    fileCondition('file_id', ids(3, 1, 2, 9, 2)),
    '("file_id" BETWEEN 1 AND 3 OR "file_id" BETWEEN 9 AND 9)',
  );
  assert.equal(fileCondition('file_id', []), 'false');
});

test('many scattered ids share few ranges, cut at the widest gaps', () => {
  const two = fileCondition('file_id', [...upTo(50, (i) => 1 + 2 * i), ...upTo(50, (i) => 5_000 + 3 * i)]);
  assert.match(two, /BETWEEN 1 AND 99 OR "file_id" BETWEEN 5000 AND/);
  assert.equal(two.match(/BETWEEN/g)?.length, 16);
});

test('a condition selects the rows of its files and no others', async () => {
  await withTestDatabase(async ({ pool }) => {
    await pool.query('CREATE TABLE r AS SELECT g::bigint AS file_id FROM generate_series(1, 3000) g');
    for (const wanted of [
      ids(7),
      ids(1, 2, 3, 3000),
      upTo(40, (i) => 1 + i * i),
      upTo(500, (i) => 3 + 5 * i),
      upTo(17, (i) => 10 * i + 1),
    ]) {
      const { rows } = await pool.query<{ id: string }>(
        `SELECT file_id AS id FROM r WHERE ${fileCondition('file_id', [...wanted].reverse())} ORDER BY 1`,
      );
      assert.deepEqual(
        rows.map((row) => BigInt(row.id)),
        wanted,
      );
    }
  });
});
