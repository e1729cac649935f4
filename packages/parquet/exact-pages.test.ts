import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { SchemaElement } from 'hyparquet';
import { BadInputError } from '#contracts/errors.js';
import { pageFile, plainTexts, type RawPage } from './page-file.fixture.js';
import { fieldsOf, readRows, withParquet } from './sample-file.fixture.js';
import { checkSchema } from './schema.js';

const textElement = { name: 'a', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' } as const;

async function refused(bytes: Uint8Array, reason: RegExp): Promise<void> {
  const columns = [{ name: 'a', type: 'text' }] as const;
  await assert.rejects(
    withParquet(bytes, { columns }, (file) => fieldsOf(file)),
    (error) => {
      assert.ok(error instanceof BadInputError, String(error));
      assert.equal(error.code, 'corrupt');
      assert.match(error.message, reason);
      assert.doesNotMatch(error.message, /undefined/);
      return true;
    },
  );
}

/** Three texts, all there. */
const page: RawPage = {
  kind: 'v1',
  count: 3,
  encoding: 'PLAIN',
  levels: [3 << 1, 1],
  values: plainTexts('a', 'b', 'c'),
};
const indexes = (...values: number[]): RawPage[] => [
  { kind: 'dictionary', count: 2, encoding: 'PLAIN', values: plainTexts('a', 'b') },
  { kind: 'v1', count: 3, encoding: 'RLE_DICTIONARY', levels: [3 << 1, 1], values: Uint8Array.from(values) },
];
const file = (pages: readonly RawPage[], element: Partial<SchemaElement> = {}, rows = 3): Uint8Array =>
  pageFile({ ...textElement, ...element, type: 'BYTE_ARRAY', name: 'a' }, rows, pages);

test('a column whose pages carry levels is not read as one without', async () => {
  await refused(file([page], { repetition_type: 'REQUIRED' }), /column a is damaged \(a page holds \d+ bytes behind/);
  await refused(
    file([{ ...page, kind: 'v2' }], { repetition_type: 'REQUIRED' }),
    /column a is damaged \(a page holds 1 bytes behind its values\)/,
  );
});

test('a page, its levels and its dictionary have to be used up by its rows', async () => {
  await refused(file([{ ...page, values: plainTexts('a', 'b', 'c', 'd') }]), /5 bytes behind its values/);
  await refused(file([{ ...page, levels: [4 << 1, 1] }]), /1 values more than its rows take/);
  await refused(file([{ ...page, levels: [3 << 1, 1, 0] }]), /1 bytes behind its values/);
  await refused(file([{ ...page, levels: [3 << 1, 3] }]), /repeats 3, which takes more than 1 bits/);
  await refused(file(indexes(1, 3 << 1, 1, 9)), /1 bytes behind its values/);
  await refused(file(indexes(1, 4 << 1, 1)), /1 values more than its rows take/);
  const [dictionary, data] = indexes(1, 3 << 1, 1);
  assert.ok(dictionary && data);
  await refused(file([{ ...dictionary, count: 1 }, data]), /a dictionary holds 5 bytes behind its values/);
});

test('counts that a file says twice have to agree', async () => {
  await refused(file([{ ...page, kind: 'v2', nulls: 1 }]), /a page claims 1 rows without a value, it has 0/);
  await refused(file([page, page]), /bytes are left behind its last row/);
  await refused(file([page], {}, 4), /its pages end 1 rows too early/);
});

test('the padding of bit-packed runs is none of it', async () => {
  const padded = file(indexes(1, (32 << 1) | 1, 0b010, ...new Array<number>(31).fill(0xff)));
  const columns = [{ name: 'a', type: 'text' }] as const;
  const rows = await withParquet(padded, { columns }, (parquet) => fieldsOf(parquet));
  assert.deepEqual(
    rows.map(([field]) => field?.toString()),
    ['a', 'b', 'a'],
  );
});

const odd = new URL('../../../../shared/odd/parquet/', import.meta.url);
const skip = !existsSync(odd) && 'needs the odd files beside the repository (../shared/odd)';

for (const [name, reason] of [
  ['repetition_unknown', /^the footer is damaged \(the repetition type 5 is unknown\)/],
  ['repetition_required', /^the data of column product_name is damaged \(a page holds \d+ bytes behind its values\)/],
] as const) {
  test(`${name} is refused, never loaded with its rows shifted`, { skip }, async () => {
    const bytes = new Uint8Array(readFileSync(new URL(`${name}.parquet`, odd)));
    await assert.rejects(readRows(bytes), { code: 'corrupt', message: reason });
  });
}

test('columns that claim 0 children are columns', { skip }, async () => {
  const bytes = new Uint8Array(readFileSync(new URL('l_num_children_0.parquet', odd)));
  assert.equal((await readRows(bytes)).length, 1914);
});

test('a column of values that claims 0 children is read, one that claims some is refused', async () => {
  const columns = [{ name: 'a', type: 'text' }] as const;
  const rows = await withParquet(file([page], { num_children: 0 }), { columns }, (parquet) => fieldsOf(parquet));
  assert.deepEqual(
    rows.map(([field]) => field?.toString()),
    ['a', 'b', 'c'],
  );
  const root = { name: 'root', num_children: 1 };
  assert.throws(() => checkSchema([root, { ...textElement, num_children: 1 }, textElement]), /claims 1 children/);
  assert.throws(() => checkSchema([root, textElement, textElement]), /lists 3 columns, of which 2 belong to its tree/);
  assert.throws(() => checkSchema([root, { name: 'a', type: 'INT32' }]), /lacks its repetition type/);
});
