import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parquetReadObjects, type SchemaElement } from 'hyparquet';
import { CopyBinaryWriter } from '#database/copy/binary.js';
import { dataSampleBytes } from '#samples/parquet.js';
import { openParquet, type ParquetFile } from './open-parquet.js';
import { dictionaryFile, plainFile } from './other-writer.fixture.js';
import {
  type Columns,
  day,
  minute,
  pageMemory,
  type Row,
  readRows,
  rowsOf,
  sampleRows,
  soundColumns,
  time,
  withColumn,
  withFile,
  withSample,
  write,
} from './sample-file.fixture.js';

/** The days of `create_at`. */
async function daysOf(file: ParquetFile): Promise<string[]> {
  const spans = await file.spans();
  return spans.map(({ from }) =>
    new Date(Number(from / 1000n - (from % 1000n < 0n ? 1n : 0n))).toISOString().slice(0, 10),
  );
}

test('every row of a sample comes out as another reader sees it', async () => {
  const bytes = dataSampleBytes({ minute: new Date('2023-01-05T10:20:00Z'), seed: 3 });
  const expected = await parquetReadObjects({ file: bytes.slice().buffer });
  const micros = (date: unknown) => BigInt(Number(date)) * 1000n;
  await withSample(bytes, async (file) => {
    assert.equal(file.rows, 1914);
    assert.deepEqual(await daysOf(file), ['2023-01-05']);
    assert.deepEqual(
      await rowsOf(file, 2n ** 40n),
      expected.map((row) => [
        row['department_name'],
        row['sensor_serial'],
        micros(row['create_at']),
        row['product_name'],
        micros(row['product_expire']),
      ]),
    );
  });
});

test('files of another writer, with pages of version 1 and nulls, are read: dictionary and plain', async () => {
  const expected = Array.from({ length: 40 }, (_, i): Row => {
    const created = minute + BigInt(i) * (day + 1n);
    const product = i < 20 ? null : `product ${i % 7}`;
    return [i % 3 ? `dept ${i % 5}` : null, `sensor ${i} é`, created, product, i % 5 ? null : minute + 87n * day];
  });
  for (const bytes of [dictionaryFile, plainFile]) {
    assert.deepEqual(await readRows(bytes), expected);
    const days = await withSample(bytes, daysOf);
    assert.deepEqual([days.length, days[0], days[39]], [40, '2023-01-01', '2023-02-09']);
  }
});

test('units, compression, row groups, small pages, column order and extra columns make no difference', async () => {
  const rows = 500;
  const names = Array.from({ length: rows }, (_, i) => (i % 7 ? `d${i}` : null));
  const expected = await readRows(write(withColumn('department_name', names)));
  assert.equal(expected.length, rows);
  const base = withColumn('department_name', names);
  for (const [unit, factor, per] of [
    ['MILLIS', 1n, 1000n],
    ['MICROS', 1n, 1n],
    ['NANOS', 1000n, 1n],
  ] as const) {
    const columns = new Map(base);
    for (const name of ['create_at', 'product_expire']) {
      const data = (base.get(name)?.data ?? []).map((value) => (BigInt(String(value)) * factor) / per);
      columns.set(name, { element: time(name, unit, unit === 'NANOS'), data });
    }
    assert.deepEqual(await readRows(write(columns)), expected, unit);
  }
  const reordered: Columns = new Map([...base].reverse());
  reordered.set('__index_level_0__', { element: time('__index_level_0__'), data: base.get('create_at')?.data ?? [] });
  const gzip = { GZIP: (input: Uint8Array) => new Uint8Array(gzipSync(input)) };
  assert.deepEqual(await readRows(write(reordered)), expected, 'reordered');
  assert.deepEqual(await readRows(write(base, { codec: 'UNCOMPRESSED' })), expected, 'uncompressed');
  assert.deepEqual(await readRows(write(base, { codec: 'GZIP', compressors: gzip })), expected, 'gzip');
  assert.deepEqual(await readRows(write(base, { rowGroupSize: 33, pageSize: 64 })), expected, 'groups and pages');
});

test('the older converted type is understood, and a required column', async () => {
  const columns = soundColumns(2);
  const created: SchemaElement = {
    name: 'create_at',
    type: 'INT64',
    repetition_type: 'REQUIRED',
    converted_type: 'TIMESTAMP_MILLIS',
  };
  columns.set('create_at', { element: created, data: [minute / 1000n, minute / 1000n + 1n] });
  assert.deepEqual(
    (await readRows(write(columns))).map((row) => row[2]),
    [minute, minute + 1000n],
  );
});

test('nanoseconds keep their microseconds, cut off towards the past', async () => {
  const columns = withColumn('create_at', [1_999n, -1n, -1_000n], time('create_at', 'NANOS'));
  assert.deepEqual(
    (await readRows(write(columns))).map((row) => row[2]),
    [1n, -1n, -1n],
  );
  assert.deepEqual(await withSample(write(columns), daysOf), ['1969-12-31', '1970-01-01']);
});

test('days are exact at the last microsecond of a far year', async () => {
  const last = BigInt(Date.UTC(9999, 11, 31, 23, 59, 59, 999)) * 1000n + 999n;
  const spans = await withSample(write(withColumn('create_at', [last - 1n, last])), (file) => file.spans());
  assert.deepEqual(spans, [{ from: last - 1n, to: last }]);
});

test('a file without rows has none', async () => {
  await withSample(write(soundColumns(0)), async (file) => {
    assert.equal(file.rows, 0);
    assert.deepEqual(await daysOf(file), []);
    assert.deepEqual(await rowsOf(file), []);
  });
});

test('a column of nulls only is a column of nulls', async () => {
  const rows = await readRows(write(withColumn('product_name', [null, null])));
  assert.deepEqual(
    rows.map((row) => row[3]),
    [null, null],
  );
});

test('the signal stops reading with its reason', async () => {
  const controller = new AbortController();
  const reason = new Error('cancelled by hand');
  const bytes = dataSampleBytes({ minute: new Date(0), seed: 1, rows: 20_000 });
  await withFile(bytes, async (handle) => {
    const file = await openParquet(handle, bytes.length, sampleRows, { memory: pageMemory, signal: controller.signal });
    const read = async () => {
      for await (const _turn of file.writeRows(new CopyBinaryWriter(), 1n)) controller.abort(reason);
    };
    await assert.rejects(read(), (error) => error === reason);
    await assert.rejects(file.spans(), (error) => error === reason);
  });
});
