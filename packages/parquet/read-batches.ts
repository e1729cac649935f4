import { setImmediate } from 'node:timers/promises';
import { BadInputError, FileChangedError } from '#contracts/errors.js';
import { ColumnReader } from './column-reader.js';
import type { FoundColumn } from './columns.js';
import { describeDamage } from './damage.js';
import { type FieldBatch, newFieldBatch } from './field-batch.js';
import { fieldCodec } from './field-codec.js';
import { chunkOf, countOf, type Footer } from './footer.js';
import type { Group } from './metadata.js';
import { maxBatchRows } from './plain-values.js';
import { printable } from './printable.js';
import type { RandomReader } from './random-reader.js';
import { UnsupportedError } from './unsupported-error.js';

/** The event loop gets its turn after so many milliseconds of decoding. */
const turnMs = 8;

/** Some rows: the COPY fields of each column asked for. */
export interface Batch {
  /** Number in the file, counted from 0. */
  readonly firstRow: number;
  readonly count: number;
  readonly fields: readonly FieldBatch[];
}

/**
 * All rows in portions; a portion's arrays are used again for the next.
 * @throws BadInputError `corrupt`, `unsupported`, `bad-value`, `page-too-large`
 */
export async function* readBatches(
  file: RandomReader,
  footer: Footer,
  columns: readonly FoundColumn[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch, void, undefined> {
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
      const reader = given(readers[at]);
      let ready = reader.ready();
      while (ready === 'absent') {
        await reader.fetch();
        ready = reader.ready();
      }
      count = Math.min(count, ready);
      if (count === 0) throw new Error('it has fewer values than the file has rows');
    }
    for (at = 0; at < readers.length; at++) given(readers[at]).read(given(fields[at]), count, firstRow);
    return count;
  } catch (error) {
    throw asBadInput(error, given(columns[at]).name);
  }
}

function openColumn(file: RandomReader, group: Group, column: FoundColumn): ColumnReader {
  try {
    const chunk = chunkOf(group.columns, column);
    if (chunk.encrypted) throw encryptedColumn(column.name);
    const rows = countOf(group.num_rows, 'the number of rows');
    return new ColumnReader(file, chunk, rows, column.element, fieldCodec(column));
  } catch (error) {
    throw asBadInput(error, column.name);
  }
}

function encryptedColumn(name: string): BadInputError {
  return new BadInputError(
    'encrypted',
    `column ${printable(name)} is encrypted, which is not supported; write it unencrypted`,
  );
}

/** Whatever decoding hostile bytes throws is the file's fault; only the disk's errors and changed files are not. */
function asBadInput(error: unknown, column: string): unknown {
  if (error instanceof BadInputError || error instanceof FileChangedError) return error;
  if (error instanceof Error && 'syscall' in error) return error;
  if (error instanceof UnsupportedError)
    return new BadInputError('unsupported', `column ${printable(column)}: ${error.message}`);
  const message = `the data of column ${printable(column)} is damaged (${describeDamage(error)}); copy the file again or have it written again`;
  return new BadInputError('corrupt', message, { cause: error });
}

/** Indexed access within bounds, which the compiler cannot see. */
function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('an index left its array');
  return value;
}
