import type { ColumnChunk, FileMetaData, SchemaElement } from 'hyparquet';
import { parquetMetadata } from 'hyparquet';
import { BadInputError } from '#contracts/errors.js';
import { describeDamage } from './damage.js';
import type { RandomReader } from './random-reader.js';
import { thriftStructLength } from './thrift-guard.js';

const magic = 'PAR1';
const encryptedMagic = 'PARE';
/** `PAR1`, footer length (int32, little-endian) and `PAR1` again: nothing shorter is a parquet file. */
const frameBytes = 12;
/** Real footers take a few kilobytes; decoded into objects this bound is still some hundred megabytes. */
const maxFooterBytes = 8 * 1024 * 1024;

/** One column at the top level of the schema; `undefined` type stands for a group (list, map, struct). */
export interface TopColumn {
  readonly name: string;
  readonly element: SchemaElement;
}

/** What a file says about itself, checked for being a parquet file at all. */
export interface Footer {
  readonly metadata: FileMetaData;
  readonly columns: readonly TopColumn[];
  /** Rows of the whole file. */
  readonly rows: number;
}

/**
 * Reads the footer of a parquet file (Apache Parquet, README.md, "File format").
 *
 * @throws BadInputError `empty`, `not-parquet`, `truncated`, `encrypted`, `corrupt`
 */
export async function readFooter(reader: RandomReader): Promise<Footer> {
  const { size } = reader;
  if (size === 0) throw new BadInputError('empty', 'the file is empty (0 bytes); expected a parquet file');
  const head = ascii(await reader.slice(0, Math.min(4, size)));
  if (head === encryptedMagic) throw encrypted();
  if (head !== magic.slice(0, size)) {
    throw new BadInputError(
      'not-parquet',
      `not a parquet file: expected it to begin with "${magic}", found ${JSON.stringify(head)}`,
    );
  }
  const end = size < frameBytes ? new Uint8Array(8) : await reader.slice(size - 8, size);
  const tail = ascii(end.subarray(4));
  if (tail === encryptedMagic) throw encrypted();
  if (tail !== magic) {
    throw new BadInputError(
      'truncated',
      `the file is cut off: it begins like parquet but its ${size} bytes do not end with "${magic}", ` +
        'so the footer is missing; copy the file again, or wait until it is written to its end',
    );
  }
  const length = new DataView(end.buffer, end.byteOffset).getUint32(0, true);
  if (length > size - frameBytes || length > maxFooterBytes) {
    const bound = Math.min(size - frameBytes, maxFooterBytes);
    throw new BadInputError('corrupt', `the footer is damaged: it claims ${length} bytes, expected at most ${bound}`);
  }
  const bytes = await reader.slice(size - 8 - length, size);
  try {
    return parseFooter(bytes, length);
  } catch (error) {
    const message = `the footer is damaged (${describeDamage(error)}); copy the file again or have it written again`;
    throw new BadInputError('corrupt', message, { cause: error });
  }
}

function parseFooter(bytes: Uint8Array, length: number): Footer {
  if (thriftStructLength(bytes.subarray(0, length)) === undefined) throw new Error('it ends in the middle');
  const metadata = parquetMetadata(bytes, { geoparquet: false });
  const rows = countOf(metadata.num_rows, 'the number of rows');
  let sum = 0;
  for (const group of metadata.row_groups) sum += countOf(group.num_rows, 'the number of rows of a row group');
  if (sum !== rows) throw new Error(`it claims ${rows} rows, but its row groups hold ${sum}`);
  return { metadata, columns: topColumns(metadata.schema), rows };
}

/** Thrift's integers come as bigint or number, whatever hyparquet's types say of missing ones. */
export function countOf(value: unknown, what: string): number {
  const count = typeof value === 'bigint' ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
    throw new Error(`${what} should be a count, found ${String(value)}`);
  }
  return count;
}

/** The schema lists its tree in depth-first order, each group with its number of children. */
function topColumns(schema: readonly SchemaElement[]): TopColumn[] {
  const columns: TopColumn[] = [];
  let at = 1;
  for (let left = schema[0]?.num_children ?? 0; left > 0; left--) {
    const element = schema[at];
    if (element === undefined) throw new Error('the schema ends in the middle');
    columns.push({ name: element.name, element });
    for (let pending = 1; pending > 0; pending--, at++) pending += schema[at]?.num_children ?? 0;
  }
  return columns;
}

/**
 * The chunk of a top-level column in one row group.
 *
 * @throws Error when the row group has none
 */
export function chunkOf(chunks: readonly ColumnChunk[], name: string): ColumnChunk {
  const found = chunks.find(
    ({ meta_data: data }) => data?.path_in_schema.length === 1 && data.path_in_schema[0] === name,
  );
  if (found === undefined) throw new Error(`a row group lacks the column ${name}`);
  return found;
}

function encrypted(): BadInputError {
  return new BadInputError('encrypted', 'the parquet file is encrypted, which is not supported; write it unencrypted');
}

function ascii(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
