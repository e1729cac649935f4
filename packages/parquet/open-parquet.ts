import type { ByteSource } from '#contracts/byte-source.js';
import type { ColumnDefinition } from '#contracts/dataset.js';
import { BadInputError } from '#contracts/errors.js';
import type { CopyBinaryWriter } from '#database/copy/binary.js';
import { DaySpans } from '#database/datasets/day-spans.js';
import type { TimeSpan } from '#database/datasets/partitions.js';
import { findColumns } from './columns.js';
import type { Batch, FieldBatch } from './field-batch.js';
import { readFooter } from './footer.js';
import { RandomReader } from './random-reader.js';
import { type Reading, readBatches } from './read-batches.js';
import { writeTuples } from './write-tuples.js';

/** Rows are numbered by an int4. */
const maxRows = 2 ** 31 - 1;

/** What is read of a file. */
export interface ParquetRows {
  /** In the order in which a row's fields are written. */
  readonly columns: readonly ColumnDefinition[];
  /** The name of a `timestamp` or `timestamptz` among them, whose days are wanted. Rows without it are refused. */
  readonly daysOf?: string;
}

/** What a file has brought. */
export interface ParquetLoad {
  readonly rows: number;
  /** With `daysOf`: per day that occurs the least and the greatest time, ascending. */
  readonly spans?: readonly TimeSpan[];
}

/** An open parquet file whose schema has the columns asked for. Valid as long as what it is read through. */
export interface ParquetFile {
  readonly rows: number;
  /**
   * What {@link ParquetLoad.spans} will say; reads that column only.
   *
   * @throws BadInputError `corrupt`, `unsupported`, `bad-value`, `page-too-large`, `too-many-days` (more than 366)
   */
  spans(): Promise<TimeSpan[]>;
  /**
   * Writes all rows as tuples: the columns, `file_id`, and `ordinal`, the row's number in the file counted from 0. A page
   * per column is in memory at a time. Yields after every few thousand rows or few megabytes, so that the tuples can be
   * sent. To be read to its end or closed (`return`), since it holds a share of the memory for pages.
   *
   * @param look sees each batch of rows before they are written; what it is given is used again for the next
   * @throws BadInputError `corrupt`, `unsupported`, `bad-value`, `page-too-large`, `too-many-days`, also after rows have
   *   been written
   */
  writeRows(
    copy: CopyBinaryWriter,
    fileId: bigint,
    look?: (batch: Batch) => void,
  ): AsyncGenerator<void, ParquetLoad, undefined>;
}

/**
 * Opens a parquet file. What it is read through stays the caller's to close.
 *
 * Faults of the file are BadInputErrors: `empty`, `not-parquet`, `truncated`, `encrypted`, `corrupt`,
 * `missing-column`, `wrong-type`. A file shorter than `size` is a FileChangedError, an error of the disk stays itself.
 *
 * @param content all bytes of the file, or what they are read through
 * @param size bytes of the file
 * @param reading.memory what the pages of all files share that this process reads
 */
export async function openParquet(
  content: Uint8Array | ByteSource,
  size: number,
  { columns, daysOf }: ParquetRows,
  reading: Reading,
): Promise<ParquetFile> {
  const file = await RandomReader.open(content, size);
  const footer = await readFooter(file);
  const found = findColumns(columns, footer.columns);
  if (footer.rows > maxRows) {
    throw new BadInputError('too-many-rows', `the file has ${footer.rows} rows, expected at most ${maxRows}; split it`);
  }
  const dayColumn = found.findIndex(({ declared }) => declared.name === daysOf);
  const newSpans = (): DaySpans | undefined => {
    const column = found[dayColumn];
    return column && new DaySpans(column.name);
  };
  async function spans(): Promise<TimeSpan[]> {
    const days = newSpans();
    const column = found.slice(dayColumn, dayColumn + 1);
    for await (const batch of readBatches(file, footer, column, reading)) addTimes(days, batch.fields[0], batch.count);
    return days?.toSpans() ?? [];
  }

  async function* writeRows(
    copy: CopyBinaryWriter,
    fileId: bigint,
    look?: (batch: Batch) => void,
  ): AsyncGenerator<void, ParquetLoad, undefined> {
    const days = newSpans();
    for await (const batch of readBatches(file, footer, found, reading)) {
      addTimes(days, batch.fields[dayColumn], batch.count);
      look?.(batch);
      for (let row = 0; row < batch.count; ) {
        row += writeTuples(copy, batch, row, fileId);
        yield;
      }
    }
    return { rows: footer.rows, ...(days && { spans: days.toSpans() }) };
  }

  return { rows: footer.rows, spans, writeRows };
}

/** Adds the times of some rows, all of which have one. */
function addTimes(days: DaySpans | undefined, times: FieldBatch | undefined, count: number): void {
  if (days === undefined || times === undefined) return;
  const { bytes, starts, picks, dictionary } = times;
  // One entry, and behind it the one of rows without a value.
  const rows = dictionary !== undefined && starts.length === 2 ? 1 : count;
  let last = -1;
  for (let row = 0; row < rows; row++) {
    const pick = picks[row] ?? 0;
    // Rows with one entry of a dictionary have one time.
    if (pick === last) continue;
    last = pick;
    // Behind the field's length (int32): microseconds since 2000-01-01 (int64).
    const at = (starts[pick] ?? 0) + 4;
    days.addHalves(bytes.getInt32(at), bytes.getUint32(at + 4));
  }
}
