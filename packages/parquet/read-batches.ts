import { BadInputError, FileChangedError } from '#contracts/errors.js';
import { ColumnReader } from './column-reader.js';
import type { FoundColumn } from './columns.js';
import { prepareCodec } from './decompress.js';
import { describeDamage, printableName, UnsupportedError } from './errors.js';
import { type Batch, emptyFieldBatch, type FieldBatch, newFieldBatch } from './field-batch.js';
import { fieldCodec } from './field-codec.js';
import { chunkOf, countOf, type Footer } from './footer.js';
import type { Group } from './metadata.js';
import { InflateThreadError, PageInflater } from './page-inflater.js';
import type { PageMemory } from './page-memory.js';
import type { PageSource } from './page-reader.js';
import { maxBatchRows } from './plain-values.js';
import type { RandomReader } from './random-reader.js';
import { Turns } from './turns.js';

/** How a file is read. */
export interface Reading {
  /** Where the file's pages find their memory. */
  readonly memory: PageMemory;
  readonly signal?: AbortSignal | undefined;
}

/**
 * All rows in portions; a portion's arrays are used again for the next.
 * @throws BadInputError `corrupt`, `unsupported`, `bad-value`, `page-too-large`
 */
export async function* readBatches(
  file: RandomReader,
  footer: Footer,
  columns: readonly FoundColumn[],
  { memory, signal }: Reading,
): AsyncGenerator<Batch, void, undefined> {
  const inflater = new PageInflater();
  const share = await memory.open(signal);
  try {
    const source: PageSource = { file, share, inflater, turns: new Turns(), signal };
    yield* readRowGroups(source, footer, columns);
  } finally {
    share.close();
    await inflater.close();
  }
}

async function* readRowGroups(
  source: PageSource,
  footer: Footer,
  columns: readonly FoundColumn[],
): AsyncGenerator<Batch, void, undefined> {
  const fields = columns.map(() => newFieldBatch(Math.min(footer.rows, maxBatchRows)));
  let firstRow = 0;
  for (const group of footer.metadata.row_groups) {
    let left = countOf(group.num_rows, 'the number of rows');
    if (left === 0) continue;
    const readers: ColumnReader[] = [];
    for (const column of columns) readers.push(await openColumn(source, group, column));
    while (left > 0) {
      source.signal?.throwIfAborted();
      await source.turns.give();
      const count = await readBatch(readers, columns, fields, Math.min(left, maxBatchRows), firstRow).catch(
        (error: unknown) => {
          // What was interrupted is no fault of the file.
          source.signal?.throwIfAborted();
          throw error;
        },
      );
      yield { firstRow, count, fields };
      firstRow += count;
      left -= count;
    }
    for (const batch of fields) emptyFieldBatch(batch);
    for (const reader of readers) reader.close();
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
        // The page before must not be kept by what was read of it.
        emptyFieldBatch(given(fields[at]));
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

async function openColumn(source: PageSource, group: Group, column: FoundColumn): Promise<ColumnReader> {
  try {
    const chunk = chunkOf(group.columns, column);
    if (chunk.encrypted) throw encryptedColumn(column.name);
    const rows = countOf(group.num_rows, 'the number of rows');
    if (chunk.meta_data !== undefined) await prepareCodec(chunk.meta_data.codec);
    return new ColumnReader(source, chunk, rows, column.element, fieldCodec(column));
  } catch (error) {
    throw asBadInput(error, column.name);
  }
}

function encryptedColumn(name: string): BadInputError {
  return new BadInputError(
    'encrypted',
    `column ${printableName(name)} is encrypted, which is not supported; write it unencrypted`,
  );
}

/** Whatever decoding hostile bytes throws is the file's fault; only the disk's errors and changed files are not. */
function asBadInput(error: unknown, column: string): unknown {
  if (error instanceof BadInputError || error instanceof FileChangedError) return error;
  if (error instanceof InflateThreadError) return error;
  if (error instanceof Error && 'syscall' in error) return error;
  if (error instanceof UnsupportedError)
    return new BadInputError('unsupported', `column ${printableName(column)}: ${error.message}`);
  const message = `the data of column ${printableName(column)} is damaged (${describeDamage(error)}); copy the file again or have it written again`;
  return new BadInputError('corrupt', message, { cause: error });
}

/** Indexed access within bounds, which the compiler cannot see. */
function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('an index left its array');
  return value;
}
