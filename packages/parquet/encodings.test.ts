import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Encoding, SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { ColumnDefinition } from '#contracts/dataset.js';
import { BadInputError } from '#contracts/errors.js';
import { DeltaIntegers } from './delta-integers.js';
import { FieldBuffer } from './field-buffer.js';
import { pageFile, type RawPage } from './page-file.fixture.js';
import { fieldsOf, readRows, withParquet } from './sample-file.fixture.js';
import { transcoderOf } from './transcoders.js';

const rows = 5000;

/** Whole numbers of all sizes, and a row in five without a value. */
const integers = Array.from({ length: rows }, (_, i) => (i % 5 === 3 ? null : (i % 2 ? -1 : 1) * 7 ** (i % 11)));
const texts = Array.from({ length: rows }, (_, i) => (i % 5 === 3 ? null : `${'shared '.repeat(i % 9)}${i} é`));

/** The values of a column that was written in an encoding; several pages, read in portions. */
async function roundTrip(
  type: NonNullable<SchemaElement['type']>,
  declared: ColumnDefinition['type'],
  encoding: Encoding,
  data: unknown[],
): Promise<(Buffer | null)[]> {
  const element: SchemaElement = { name: 'a', type, repetition_type: 'OPTIONAL' };
  const bytes = new Uint8Array(
    parquetWriteBuffer({
      schema: [{ name: 'root', num_children: 1 }, element],
      columnData: [{ name: 'a', data, encoding }],
      pageSize: 20_000,
    }),
  );
  const read = await withParquet(bytes, { columns: [{ name: 'a', type: declared }] }, (file) => fieldsOf(file));
  return read.map(([field]) => field ?? null);
}

for (const encoding of ['DELTA_BINARY_PACKED', 'BYTE_STREAM_SPLIT'] as const) {
  test(`integers are read from ${encoding}`, async () => {
    const narrow = await roundTrip('INT32', 'integer', encoding, integers);
    assert.deepEqual(
      narrow.map((field) => field?.readInt32BE() ?? null),
      integers,
    );
    const wide = integers.map((value) => (value === null ? null : BigInt(value) ** 2n * (value < 0 ? -3n : 5n)));
    const read = await roundTrip('INT64', 'bigint', encoding, wide);
    assert.deepEqual(
      read.map((field) => field?.readBigInt64BE() ?? null),
      wide,
    );
  });
}

test('doubles are read from BYTE_STREAM_SPLIT', async () => {
  const doubles = integers.map((value) => (value === null ? null : value / 3));
  const read = await roundTrip('DOUBLE', 'double precision', 'BYTE_STREAM_SPLIT', doubles);
  assert.deepEqual(
    read.map((field) => field?.readDoubleBE() ?? null),
    doubles,
  );
});

for (const encoding of ['DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY'] as const) {
  test(`texts are read from ${encoding}`, async () => {
    const written = texts.map((text) => (text === null ? null : new Uint8Array(Buffer.from(text))));
    const read = await roundTrip('BYTE_ARRAY', 'text', encoding, written);
    assert.deepEqual(
      read.map((field) => field?.toString() ?? null),
      texts,
    );
  });
}

test('sums of deltas wrap around at 64 bits', () => {
  // One block of 8 in one part, 2 values: 2^63 - 1, then a least delta of 1 and a width of 0.
  const bytes = Uint8Array.of(8, 1, 2, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 0);
  const integersOf = new DeltaIntegers(bytes, 0, bytes.length);
  integersOf.next();
  assert.deepEqual([integersOf.low, integersOf.high], [-1, 0x7fff_ffff]);
  integersOf.next();
  assert.deepEqual([integersOf.low, integersOf.high], [0, -0x8000_0000]);
  assert.throws(() => integersOf.next(), /end too early/);
});

/** A header of blocks of 128 in four parts, a count, the first value; then a least delta and four widths of 0. */
const equalDeltas = (count: number, first: number, delta: number): number[] => [
  ...[0x80, 1, 4, (count & 0x7f) | 0x80, count >> 7, zigzag(first)],
  ...new Array<number[]>(Math.ceil((count - 1) / 128)).fill([zigzag(delta), 0, 0, 0, 0]).flat(),
];
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

test('some bytes that claim long values make portions of bounded size', () => {
  const [count, length] = [129, 60_000];
  // Blocks of 128 in four parts, 129 values.
  const head = [0x80, 1, 4, 0x81, 1];
  const wide = (...values: number[]) => [...new Uint8Array(Uint16Array.from(values).buffer)];
  // Prefixes: 0, then 60,000 each; lengths: 60,000, then 0 each.
  const prefixes = [...head, 0, 0, 16, 0, 0, 0, ...wide(length, ...new Array<number>(31).fill(0))];
  const lengths = [...head, 0xc0, 0xa9, 7, 0xbf, 0xa9, 7, 16, 16, 16, 16];
  const deltas = wide(0, ...new Array<number>(127).fill(length));
  const page = Buffer.concat([Uint8Array.from([...prefixes, ...lengths, ...deltas]), Buffer.alloc(length, 'x')]);
  const transcoder = transcoderOf('DELTA_BYTE_ARRAY', 'BYTE_ARRAY', page, 0, undefined);
  assert.ok(transcoder);
  const portion = new FieldBuffer(0);
  let values = 0;
  while (transcoder.left > 0) {
    portion.clear();
    values += transcoder.next(4096, portion);
    assert.ok(portion.used < 2 ** 21, `a portion of ${portion.used} bytes`);
  }
  transcoder.finish();
  assert.equal(values, count);
});

async function refused(encoding: Encoding, element: Partial<SchemaElement>, values: number[], reason: RegExp) {
  const page: RawPage = { kind: 'v1', count: 3, encoding, values: Uint8Array.from(values) };
  const whole = { repetition_type: 'REQUIRED', type: 'BYTE_ARRAY', ...element, name: 'a' } as const;
  const type = whole.type === 'BYTE_ARRAY' ? 'text' : 'integer';
  const read = withParquet(pageFile(whole, 3, [page]), { columns: [{ name: 'a', type }] }, (file) => fieldsOf(file));
  await assert.rejects(read, (error) => {
    assert.ok(error instanceof BadInputError, String(error));
    assert.match(error.message, reason);
    assert.doesNotMatch(error.message, /undefined/);
    return true;
  });
}

test('damaged deltas are refused', async () => {
  const int32 = { type: 'INT32' } as const;
  await refused('DELTA_BINARY_PACKED', int32, [], /end too early/);
  await refused('DELTA_BINARY_PACKED', int32, [0x80, 1, 0, 3, 0], /blocks of 128 values in 0 parts/);
  await refused('DELTA_BINARY_PACKED', int32, [0x80, 1, 4, 3, 0], /end too early/);
  await refused('DELTA_BINARY_PACKED', int32, [0x80, 1, 4, 3, 0, 0, 65, 0, 0, 0], /at most 64 bits, found 65/);
  await refused('DELTA_BINARY_PACKED', int32, equalDeltas(4, 0, 0), /1 values more than its rows take/);
  await refused('DELTA_BINARY_PACKED', int32, [...equalDeltas(3, 0, 0), 9], /1 bytes behind its values/);
  await refused('DELTA_LENGTH_BYTE_ARRAY', {}, equalDeltas(3, 1, 0), /end too early/);
  await refused('DELTA_LENGTH_BYTE_ARRAY', {}, [...equalDeltas(3, 1, -1), 97], /claims -1 bytes/);
  await refused('DELTA_BYTE_ARRAY', {}, [...equalDeltas(3, 1, 0), ...equalDeltas(3, 0, 0)], /repeats 1 bytes of one/);
  await refused(
    'DELTA_BYTE_ARRAY',
    {},
    [...equalDeltas(3, 0, 0), ...equalDeltas(2, 0, 0)],
    /3 prefixes and 2 suffixes/,
  );
  await refused('BYTE_STREAM_SPLIT', int32, [1, 2, 3, 4, 5], /no multiple of its values' 4/);
  await refused('BYTE_STREAM_SPLIT', int32, new Array(16).fill(0), /1 values more than its rows take/);
  await refused('BYTE_STREAM_SPLIT', {}, [0], /encoding BYTE_STREAM_SPLIT of BYTE_ARRAY is not supported/);
});

test('a column of the null type is read where rows may lack a value', async () => {
  const element = { name: 'a', type: 'INT32', repetition_type: 'OPTIONAL', logical_type: { type: 'NULL' } } as const;
  const page: RawPage = {
    kind: 'v1',
    count: 2,
    encoding: 'PLAIN',
    levels: [2 << 1, 0],
    values: new Uint8Array(0),
  };
  const bytes = pageFile(element, 2, [page]);
  const read = (column: Partial<ColumnDefinition>) =>
    withParquet(bytes, { columns: [{ name: 'a', type: 'text', ...column }] }, (file) => fieldsOf(file));
  assert.deepEqual(await read({}), [[null], [null]]);
  assert.deepEqual(await read({ type: 'timestamp' }), [[null], [null]]);
  await assert.rejects(read({ required: true }), /a in row 0 .* has no value; every row needs one/);
});

test('names from a file are escaped in reasons', async () => {
  const element = { name: 'a\u001b[31m', type: 'INT32', repetition_type: 'REQUIRED' } as const;
  const bytes = pageFile(element, 0, []);
  await assert.rejects(
    withParquet(bytes, { columns: [{ name: 'a', type: 'text' }] }, (file) => fieldsOf(file)),
    /column a is missing; expected a, found a\\u\{1b\}\[31m$/,
  );
});

const shared = new URL('../../../../shared/', import.meta.url);
const skip = !existsSync(shared) && 'needs the odd files beside the repository (../shared)';
const sharedFile = (path: string) => new Uint8Array(readFileSync(new URL(path, shared)));

test('files of DuckDB with pages of version 2, and of pyarrow with a null type, are read', { skip }, async () => {
  assert.equal((await readRows(sharedFile('odd/parquet/e_duck_v2.parquet'))).length, 1914);
  const nulls = await readRows(sharedFile('odd/parquet/k_all_null_product_nulltype.parquet'));
  assert.ok(nulls.length > 0 && nulls.every((row) => row[3] === null));
});

test('an encrypted column is refused by its name, its neighbours are read', { skip }, async () => {
  const read = (column: ColumnDefinition) =>
    withParquet(sharedFile('odd/parquet/enc_plain_footer.parquet'), { columns: [column] }, (file) => fieldsOf(file));
  await assert.rejects(read({ name: 'float_field', type: 'double precision' }), {
    code: 'encrypted',
    message: 'column float_field is encrypted, which is not supported; write it unencrypted',
  });
  assert.equal((await read({ name: 'boolean_field', type: 'boolean' })).length, 50);
});
