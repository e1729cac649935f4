import { maxRejectsKept, type RejectedPart } from '#contracts/rejects.js';
import type { CopyBinaryWriter } from '#database/copy/binary.js';
import type { LinkedColumn, LinkedTable } from '#database/linked/linked-table.js';
import { boundsWords, unixRange, unixWords } from '#database/linked/stage.js';
import { faulty, field, orReject, readObject } from '#events/fields.js';
import { BrokenEvent } from '#events/found-events.js';
import { readEvents } from '#events/read-events.js';
import { parseTime } from '#events/time.js';
import { fileChunks } from '#inbox/file-chunks.js';
import type { OpenFile } from '#inbox/open-file.js';
import { type JsonColumn, jsonColumn } from '../json-columns.js';
import type { LinkedFiles } from './linked-files.js';
import type { Stager } from './stager.js';

/** What could not be taken of a file: all of it counted, the first parts kept. */
export interface ReadRejects {
  readonly count: number;
  readonly kept: readonly RejectedPart[];
}

/** How rows of one table are read and written. */
interface RowKind {
  readonly table: LinkedTable;
  readonly columns: readonly JsonColumn[];
  readonly names: readonly string[];
}

/**
 * Stages the rows of a file of JSON, in constant memory: sections of an object in any order, or rows of one table as a list, or
 * one per line. A row that cannot be taken is a reject.
 * @throws BadInputError as `readEvents` does
 */
export async function stageJson(
  files: LinkedFiles,
  stager: Stager,
  file: OpenFile,
  signal: AbortSignal,
): Promise<ReadRejects> {
  const kinds = new Map(files.tables.all.map((table) => [table.dataset, kindOf(table)]));
  const usual = files.datasetOf(file.path);
  const shape = {
    wrapperKey: Object.keys(files.sections),
    eventKeys: [...new Set(files.tables.all.flatMap(({ columns }) => columns.map(({ name }) => name)))],
    sections: true,
  };
  const kept: RejectedPart[] = [];
  let count = 0;
  for await (const events of readEvents(fileChunks(file), { ...shape, signal })) {
    for (const event of events) {
      const dataset = event.section === undefined ? usual : (files.sections[event.section] ?? usual);
      const kind = kinds.get(dataset);
      if (!kind) throw new Error(`no rows are read for ${dataset}`);
      const { value, ordinal, offset } = event;
      const parsed = value instanceof BrokenEvent ? value : readRow(kind, value);
      if (parsed === undefined) {
        writeRow(stager.writer(kind.table, kind.names), kind, { fileId: file.id, ordinal, offset });
        continue;
      }
      count += 1;
      if (kept.length < maxRejectsKept) {
        kept.push({ ordinal, offset, reason: `${dataset}: ${parsed.reject}`, content: event.raw() });
      }
    }
    await stager.sendFull();
  }
  return { count, kept };
}

const kindOf = (table: LinkedTable): RowKind => ({
  table,
  columns: table.columns.map(columnOf),
  names: [...table.columns.map(({ name }) => name), 'file_id', 'ordinal', 'byte_offset'],
});

/** Reads a row into its columns; returns why not, if it cannot be taken. */
const readRow = ({ table, columns }: RowKind, value: unknown): { readonly reject: string } | undefined =>
  orReject(() => {
    const row = readObject(value, `the ${table.dataset}`);
    for (const column of columns) column.read(row);
    return undefined;
  });

/** Writes the row that was read last. */
function writeRow(
  copy: CopyBinaryWriter,
  { columns }: RowKind,
  { fileId, ordinal, offset }: { readonly fileId: bigint; readonly ordinal: number; readonly offset: number },
): void {
  copy.row(columns.length + 3);
  for (const column of columns) column.write(copy);
  copy.int8(fileId);
  copy.int4(ordinal);
  copy.int8(offset);
}

function columnOf(column: LinkedColumn): JsonColumn {
  if (column.unixSeconds === true) return momentColumn(column);
  const { name, type, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = column;
  const plain = jsonColumn(column);
  return {
    read(row) {
      const read = plain.read(row);
      const value = field(row, name);
      if (type === 'text' && typeof value === 'string' && value.trim() === '') {
        throw faulty(name, value, 'expected text that is not blank');
      }
      if (typeof value === 'number' && (value < least || value > most)) {
        throw faulty(name, value, boundsWords(column));
      }
      return read;
    },
    write: (copy) => plain.write(copy),
  };
}

/** A time in unix seconds, with any decimals, or as ISO-8601. */
function momentColumn({ name }: LinkedColumn): JsonColumn {
  let micros = 0n;
  return {
    read(row) {
      micros = microsOf(name, field(row, name));
      return micros;
    },
    write: (copy) => copy.timestamp(micros),
  };
}

function microsOf(name: string, value: unknown): bigint {
  if (typeof value === 'string') {
    const time = parseTime(value);
    if ('micros' in time) return time.micros;
    const advice = /^-?\d+$/.test(value) ? 'expected a number of unix seconds without quotes' : `it ${time.fault}`;
    throw faulty(name, value, `${advice}; unix seconds are taken, too`);
  }
  if (typeof value !== 'number' || value < unixRange.least || value >= unixRange.beyond) {
    throw faulty(name, value, value === undefined ? 'expected unix seconds, or ISO-8601' : unixWords);
  }
  const seconds = Math.floor(value);
  return BigInt(seconds) * 1_000_000n + BigInt(Math.round((value - seconds) * 1_000_000));
}
