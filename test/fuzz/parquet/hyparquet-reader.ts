import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { ColumnDefinition } from '#contracts/dataset.js';
import { messageOf } from '#contracts/errors.js';
import { numberText, type Outcome } from './outcome.js';

/**
 * Reads a file with hyparquet, which has its own idea of footers, levels and encodings. It checks little, so damage shows
 * as odd values at times, never as a reason to doubt a file that both read alike.
 */
export async function readWithHyparquet(bytes: Uint8Array, columns: readonly ColumnDefinition[]): Promise<Outcome> {
  try {
    const file = bytes.slice().buffer;
    const metadata: FileMetaData = parquetMetadata(file, { parsers, geoparquet: false });
    const names = columns.map(({ name, from = name }) => from);
    const rows = await parquetReadObjects({ file, metadata, columns: names, compressors, parsers, geoparquet: false });
    return { columns: columns.map((column, at) => rows.map((row) => textOf(row[names[at] ?? ''], column))) };
  } catch (error) {
    return { refused: messageOf(error) };
  }
}

/** Times keep their microseconds. */
const parsers = {
  timestampFromMilliseconds: (millis: bigint) => millis * 1000n,
  timestampFromMicroseconds: (micros: bigint) => micros,
  timestampFromNanoseconds: (nanos: bigint) => (nanos - (((nanos % 1000n) + 1000n) % 1000n)) / 1000n,
  dateFromDays: (days: number) => days,
};

function textOf(value: unknown, { type }: ColumnDefinition): string | null {
  if (value === null || value === undefined) return null;
  if (type === 'double precision') return numberText(Number(value));
  return value instanceof Uint8Array ? Buffer.from(value).toString() : String(value);
}
