import assert from 'node:assert/strict';
import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SchemaElement } from 'hyparquet';
import { type ParquetWriteOptions, parquetWriteBuffer } from 'hyparquet-writer';
import { CopyBinaryWriter } from '#database/copy/binary.js';
import { definition } from '#tasks/load-data-sample/definition.js';
import { parseCopyData } from '../../test/helpers/parse-copy-data.js';
import { openParquet, type ParquetFile, type ParquetRows } from './open-parquet.js';
import { PageMemory } from './page-memory.js';

/** The data sample's columns. */
export const sampleRows: ParquetRows = { columns: definition.dataset.columns, daysOf: 'create_at' };

/** Of all files that a test reads; whole again after each. */
export const pageMemory = new PageMemory(192 * 2 ** 20);

/** Lends a file of these bytes, open for reading, and removes it after. */
export async function withFile<T>(
  bytes: Uint8Array,
  work: (handle: FileHandle, path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-data-sample-'));
  const path = join(folder, 'sample.parquet');
  await writeFile(path, bytes);
  const handle = await open(path);
  try {
    return await work(handle, path);
  } finally {
    await handle.close();
    await rm(folder, { recursive: true });
  }
}

/** Lends these bytes as an open file. */
export function withParquet<T>(
  bytes: Uint8Array,
  rows: ParquetRows,
  work: (file: ParquetFile) => Promise<T>,
): Promise<T> {
  return withFile(bytes, async (handle) => {
    return await work(await openParquet(handle, bytes.length, rows, { memory: pageMemory }));
  });
}

/** Lends these bytes as an open data-sample file. */
export function withSample<T>(bytes: Uint8Array, work: (file: ParquetFile) => Promise<T>): Promise<T> {
  return withParquet(bytes, sampleRows, work);
}

/** The raw fields of all rows through the COPY data, without file id and ordinal, which are checked on the way. */
export async function fieldsOf(file: ParquetFile, fileId = 7n): Promise<(Buffer | null)[][]> {
  const copy = new CopyBinaryWriter();
  const writing = file.writeRows(copy, fileId);
  let step = await writing.next();
  while (step.done !== true) step = await writing.next();
  const tuples = parseCopyData(Buffer.concat(copy.takeAll()));
  assert.equal(step.value.rows, tuples.length);
  if (step.value.spans !== undefined) assert.deepEqual(step.value.spans, await file.spans());
  return tuples.map((fields, i) => {
    assert.equal(fields.at(-2)?.readBigInt64BE(), fileId);
    assert.equal(fields.at(-1)?.readInt32BE(), i);
    return fields.slice(0, -2);
  });
}

/** A row as a person would write it: texts, and times as µs since 1970. */
export type Row = (string | bigint | null)[];

/** All rows of a data-sample file through the COPY data. */
export async function rowsOf(file: ParquetFile, fileId = 7n): Promise<Row[]> {
  const time = (field: Buffer | null | undefined) => (field ? field.readBigInt64BE() + 946_684_800_000_000n : null);
  return (await fieldsOf(file, fileId)).map((fields) => {
    assert.equal(fields.length, sampleRows.columns.length);
    const text = (at: number) => fields[at]?.toString() ?? null;
    return [text(0), text(1), time(fields[2]), text(3), time(fields[4])];
  });
}

/** The rows of a file of these bytes. */
export function readRows(bytes: Uint8Array): Promise<Row[]> {
  return withSample(bytes, (file) => rowsOf(file));
}

/** A column of texts, without annotation as some writers leave it. */
export const text = (name: string): SchemaElement => ({ name, type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' });
/** A column of timestamps. */
export const time = (
  name: string,
  unit: 'MILLIS' | 'MICROS' | 'NANOS' = 'MICROS',
  isAdjustedToUTC = false,
): SchemaElement => ({
  name,
  type: 'INT64',
  repetition_type: 'OPTIONAL',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit },
});

/** 2023-01-01 in microseconds since 1970. */
export const minute = 1_672_531_200_000_000n;
/** Microseconds. */
export const day = 86_400_000_000n;

/** Columns with sound values for some rows; a test changes what it is about. */
export function soundColumns(rows = 3): Map<string, { element: SchemaElement; data: unknown[] }> {
  const repeat = (value: unknown) => new Array<unknown>(rows).fill(value);
  return new Map([
    ['department_name', { element: text('department_name'), data: repeat('dept') }],
    ['sensor_serial', { element: text('sensor_serial'), data: repeat('sensor') }],
    ['create_at', { element: time('create_at'), data: repeat(minute) }],
    ['product_name', { element: text('product_name'), data: repeat('product') }],
    ['product_expire', { element: time('product_expire'), data: repeat(minute + 88n * day) }],
  ]);
}

/** Columns by name, in the file's order. */
export type Columns = ReturnType<typeof soundColumns>;

/** A file of these columns. */
export function write(columns: Columns, options: Partial<ParquetWriteOptions> = {}): Uint8Array {
  const schema = [{ name: 'root', num_children: columns.size }, ...[...columns.values()].map(({ element }) => element)];
  const columnData = [...columns].map(([name, { data }]) => ({ name, data }));
  return new Uint8Array(parquetWriteBuffer({ schema, columnData, ...options }));
}

/** Sound columns but for one. */
export function withColumn(name: string, data: unknown[], element?: SchemaElement): Columns {
  const columns = soundColumns(data.length);
  columns.set(name, { element: element ?? columns.get(name)?.element ?? text(name), data });
  return columns;
}
