import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { RowGroup } from 'hyparquet';
import { BadInputError, FileChangedError } from '#contracts/errors.js';
import { CopyBinaryWriter } from '#database/copy/binary.js';
import { dataSampleColumns, type FoundColumn, findColumns } from './columns.js';
import { fieldCodec, floorDivide, microsPerDay } from './fields.js';
import { ColumnReader, type FieldBatch, maxBatchRows, newFieldBatch } from './parquet/column-reader.js';
import { describeDamage } from './parquet/damage.js';
import { chunkOf, countOf, type Footer, readFooter } from './parquet/footer.js';
import { RandomReader } from './parquet/random-reader.js';
import { UnsupportedError } from './parquet/unsupported-error.js';

/** Columns of the rows that `copyChunks` writes, in its order. */
export const copyColumns = [...dataSampleColumns.map(({ name }) => name), 'file_id', 'ordinal'];

/** Rows are numbered by an int4. */
const maxRows = 2 ** 31 - 1;
/** Each day is a partition; more than a year of them in one file is a mistake. */
const maxDays = 366;
/** The event loop gets its turn after so many milliseconds of decoding. */
const turnMs = 8;

/** An open data-sample file whose schema is the expected one. Valid as long as its handle is open. */
export interface DataSampleFile {
  readonly rows: number;
  /**
   * The distinct days of `create_at` as `YYYY-MM-DD`, ascending; reads that column only.
   *
   * @throws BadInputError `corrupt`, `unsupported`, `bad-value`, `page-too-large`, `too-many-days` (more than 366)
   */
  days(signal?: AbortSignal): Promise<string[]>;
  /**
   * All rows as binary COPY data of {@link copyColumns}, header and trailer included; `ordinal` is the row's number in
   * the file, counted from 0. A page per column and some chunks are in memory at a time.
   *
   * @throws BadInputError `corrupt`, `unsupported`, `bad-value`, `page-too-large`, also after chunks have been given out
   */
  copyChunks(fileId: bigint, signal?: AbortSignal): AsyncIterable<Buffer>;
}

/**
 * Opens a data-sample file (five columns, see `columns.ts`). The handle stays the caller's to close.
 *
 * Faults of the file are BadInputErrors: `empty`, `not-parquet`, `truncated`, `encrypted`, `corrupt`,
 * `missing-column`, `wrong-type`. A file shorter than `size` is a FileChangedError, an error of the disk stays itself.
 *
 * @param size bytes of the file
 */
export async function openDataSample(handle: FileHandle, size: number): Promise<DataSampleFile> {
  const file = await RandomReader.open(handle, size);
  const footer = await readFooter(file);
  const columns = findColumns(footer.columns);
  if (footer.rows > maxRows) {
    throw new BadInputError('too-many-rows', `the file has ${footer.rows} rows, expected at most ${maxRows}; split it`);
  }
  return {
    rows: footer.rows,
    days: (signal) => daysOf(file, footer, columns, signal),
    copyChunks: (fileId, signal) => copyChunks(file, footer, columns, fileId, signal),
  };
}

async function* copyChunks(
  file: RandomReader,
  footer: Footer,
  columns: readonly FoundColumn[],
  fileId: bigint,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const writer = new CopyBinaryWriter();
  for await (const { firstRow, count, fields } of batches(file, footer, columns, signal)) {
    for (let row = 0; row < count; row++) {
      writer.row(copyColumns.length);
      for (const { bytes, starts, ends } of fields) {
        const end = ends[row] ?? 0;
        if (end === 0) writer.null();
        else writer.fieldFrom(bytes, starts[row] ?? 0, end);
      }
      writer.int8(fileId);
      writer.int4(firstRow + row);
    }
    yield* writer.takeFilled();
  }
  yield* writer.finish();
}

async function daysOf(
  file: RandomReader,
  footer: Footer,
  columns: readonly FoundColumn[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const created = columns.filter(({ expected }) => expected.name === 'create_at');
  const days = new Set<string>();
  for await (const { count, fields } of batches(file, footer, created, signal)) {
    const { bytes, starts } = given(fields[0]);
    let last: number | undefined;
    for (const start of starts.subarray(0, count)) {
      // Rows with the same entry of the dictionary share their field, which then is not looked at again.
      if (start === last) continue;
      last = start;
      days.add(dayOf(bytes, start));
      if (days.size > maxDays) {
        throw new BadInputError('too-many-days', `create_at covers more than ${maxDays} days; split the file by day`);
      }
    }
  }
  return [...days].sort();
}

/** The day of the timestamp field at `start`: length (int32), then microseconds since 2000-01-01 (int64). */
function dayOf(view: DataView, start: number): string {
  const days = Number(floorDivide(view.getBigInt64(start + 4), microsPerDay));
  return new Date(Date.UTC(2000, 0, 1 + days)).toISOString().slice(0, 10);
}

/** Some rows: the COPY fields of each column asked for. */
interface Batch {
  readonly firstRow: number;
  readonly count: number;
  readonly fields: readonly FieldBatch[];
}

/** All rows in portions; a portion's arrays are used again for the next. */
async function* batches(
  file: RandomReader,
  footer: Footer,
  columns: readonly FoundColumn[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch> {
  const fields = columns.map(() => newFieldBatch(Math.min(footer.rows, maxBatchRows)));
  let firstRow = 0;
  let turn = performance.now();
  for (const group of footer.metadata.row_groups) {
    let left = countOf(group.num_rows, 'the number of rows');
    if (left === 0) continue;
    const readers = columns.map((column) => openColumn(file, group, column));
    while (left > 0) {
      signal?.throwIfAborted();
      if (performance.now() - turn > turnMs) {
        await setImmediate();
        turn = performance.now();
      }
      const count = await readBatch(readers, columns, fields, Math.min(left, maxBatchRows), firstRow);
      yield { firstRow, count, fields };
      firstRow += count;
      left -= count;
    }
  }
}

/** Reads as many rows as all columns have at hand, and returns how many. */
async function readBatch(
  readers: readonly ColumnReader[],
  columns: readonly FoundColumn[],
  fields: readonly FieldBatch[],
  most: number,
  firstRow: number,
): Promise<number> {
  let count = most;
  let at = 0;
  try {
    for (; at < readers.length; at++) {
      count = Math.min(count, await given(readers[at]).ready());
      if (count === 0) throw new Error('it has fewer values than the file has rows');
    }
    for (at = 0; at < readers.length; at++) given(readers[at]).read(given(fields[at]), count, firstRow);
    return count;
  } catch (error) {
    throw asBadInput(error, given(columns[at]).expected.name);
  }
}

function openColumn(file: RandomReader, group: RowGroup, column: FoundColumn): ColumnReader {
  const { expected, element } = column;
  try {
    if (element.type === undefined) throw new Error('it has no type');
    const optional = element.repetition_type === 'OPTIONAL';
    return new ColumnReader(file, chunkOf(group.columns, expected.name), element.type, optional, fieldCodec(column));
  } catch (error) {
    throw asBadInput(error, expected.name);
  }
}

/** Whatever decoding hostile bytes throws is the file's fault; only the disk's errors and changed files are not. */
function asBadInput(error: unknown, column: string): unknown {
  if (error instanceof BadInputError || error instanceof FileChangedError) return error;
  if (error instanceof Error && 'syscall' in error) return error;
  if (error instanceof UnsupportedError) return new BadInputError('unsupported', `column ${column}: ${error.message}`);
  const message = `the data of column ${column} is damaged (${describeDamage(error)}); copy the file again or have it written again`;
  return new BadInputError('corrupt', message, { cause: error });
}

/** Indexed access within bounds, which the compiler cannot see. */
function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('an index left its array');
  return value;
}
