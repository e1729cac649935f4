import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { dataSampleBytes, dataSampleFileName } from './parquet.js';

const minute = new Date('2023-01-02T03:04:00Z');

async function rowsOf(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  return await parquetReadObjects({ file: bytes.slice().buffer });
}

function counts(values: unknown[]): Map<unknown, number> {
  const found = new Map<unknown, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
}

test('a file has the shape of the real ones', async () => {
  const bytes = dataSampleBytes({ minute, seed: 5, unit: 'NANOS' });
  const { schema, row_groups: groups } = parquetMetadata(bytes);
  assert.deepEqual(
    schema.slice(1).map(({ name, type, repetition_type }) => `${name} ${type} ${repetition_type}`),
    [
      'department_name BYTE_ARRAY OPTIONAL',
      'sensor_serial BYTE_ARRAY OPTIONAL',
      'create_at INT64 OPTIONAL',
      'product_name BYTE_ARRAY OPTIONAL',
      'product_expire INT64 OPTIONAL',
    ],
  );
  assert.deepEqual(schema[3]?.logical_type, { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'NANOS' });
  assert.equal(groups.length, 1);
  for (const { meta_data: data } of groups[0]?.columns ?? []) {
    assert.equal(data?.codec, 'SNAPPY');
    assert.ok(data?.encodings.includes('RLE_DICTIONARY'));
  }
});

test('1,914 rows hold every sensor, 35 of them two or three times, and 87 to 89 days of expiry', async () => {
  const rows = await rowsOf(dataSampleBytes({ minute, seed: 5 }));
  assert.equal(rows.length, 1914);
  const sensors = counts(rows.map((row) => row['sensor_serial']));
  assert.equal(sensors.size, 1876);
  assert.deepEqual(
    counts([...sensors.values()]),
    new Map(
      [
        [1, 1841],
        [2, 32],
        [3, 3],
      ].sort() as [number, number][],
    ),
  );
  assert.deepEqual([...counts(rows.map((row) => Number(row['create_at']))).keys()], [minute.getTime()]);
  const days = counts(rows.map((row) => (Number(row['product_expire']) - minute.getTime()) / 86_400_000));
  assert.deepEqual([...days.keys()].sort(), [87, 88, 89]);
  for (const [name, length] of [
    ['department_name', 32],
    ['sensor_serial', 64],
    ['product_name', 16],
  ] as const) {
    for (const row of rows) assert.match(String(row[name]), new RegExp(`^[a-z]{${length}}$`));
  }
});

test('files of one seed share 100 departments, 1,000 products and the department of each sensor', async () => {
  const departments = new Set<unknown>();
  const products = new Set<unknown>();
  const pairs = new Set<string>();
  for (let i = 0; i < 12; i++) {
    for (const row of await rowsOf(dataSampleBytes({ minute: new Date(minute.getTime() + i * 60_000), seed: 5 }))) {
      departments.add(row['department_name']);
      products.add(row['product_name']);
      pairs.add(`${row['sensor_serial']} ${row['department_name']}`);
    }
  }
  assert.deepEqual([departments.size, products.size, pairs.size], [100, 1000, 1876]);
});

test('the same seed and minute give the same bytes, another minute or seed others', () => {
  const bytes = (seed: number, at: Date) =>
    Buffer.from(dataSampleBytes({ minute: at, seed, rows: 50 })).toString('hex');
  const first = bytes(1, minute);
  assert.equal(bytes(1, minute), first);
  assert.notEqual(bytes(2, minute), first);
  assert.notEqual(bytes(1, new Date(minute.getTime() + 60_000)), first);
});

test('any number of rows is made', async () => {
  for (const rows of [0, 1, 1915, 5000]) {
    assert.equal((await rowsOf(dataSampleBytes({ minute, seed: 1, rows }))).length, rows);
  }
});

test('names are as the real ones are written', () => {
  assert.equal(dataSampleFileName(minute, 'colons'), '2023-01-02 03:04:00.parquet');
  assert.equal(dataSampleFileName(minute, 'dashes'), '2023-01-02 03-04-00.parquet');
  assert.equal(dataSampleFileName(minute, 'underscores'), '2023-01-02_03-04-00.parquet');
});
