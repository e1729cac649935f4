import { BadInputError } from '#contracts/errors.js';
import { describeDamage, printableName, UnsupportedError } from './errors.js';
import { type Chunk, type Metadata, readMetadata } from './metadata.js';
import type { RandomReader } from './random-reader.js';
import { checkSchema, type TopColumn } from './schema.js';

const magic = 'PAR1';
const encryptedMagic = 'PARE';
/** `PAR1`, footer length (int32, little-endian) and `PAR1` again: nothing shorter is a parquet file. */
const frameBytes = 12;
/** Real footers take a few kilobytes; decoded into objects this bound is still some hundred megabytes. */
const maxFooterBytes = 8 * 1024 * 1024;

/** What a file says about itself, checked for being a parquet file at all. */
export interface Footer {
  readonly metadata: Metadata;
  readonly columns: readonly TopColumn[];
  /** Rows of the whole file. */
  readonly rows: number;
}

/**
 * Reads the footer of a parquet file (Apache Parquet, README.md, "File format").
 *
 * @throws BadInputError `empty`, `not-parquet`, `truncated`, `encrypted`, `corrupt`, `unsupported`
 */
export async function readFooter(reader: RandomReader): Promise<Footer> {
  const { size } = reader;
  if (size === 0) throw new BadInputError('empty', 'the file is empty (0 bytes); expected a parquet file');
  const head = ascii(await reader.slice(0, Math.min(4, size)));
  if (head === encryptedMagic) throw encrypted();
  if (head !== magic.slice(0, size)) {
    throw new BadInputError(
      'not-parquet',
      `not a parquet file: expected it to begin with "${magic}", found "${printableName(head)}"`,
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
    return parseFooter(bytes.subarray(0, length));
  } catch (error) {
    if (error instanceof UnsupportedError) throw new BadInputError('unsupported', `the footer: ${error.message}`);
    const message = `the footer is damaged (${describeDamage(error)}); copy the file again or have it written again`;
    throw new BadInputError('corrupt', message, { cause: error });
  }
}

function parseFooter(bytes: Uint8Array): Footer {
  const metadata = readMetadata(bytes);
  const { columns, leaves } = checkSchema(metadata.schema);
  const claimed = countOf(metadata.num_rows, 'the number of rows');
  let rows = 0;
  for (const group of metadata.row_groups) {
    rows += countOf(group.num_rows, 'the number of rows of a row group');
    if (group.columns.length !== leaves) {
      throw new Error(`a row group holds ${group.columns.length} columns, the schema has ${leaves}`);
    }
  }
  // Old writers (parquet-rs before 0.4) leave the sum at 0.
  if (claimed !== 0 && claimed !== rows) {
    throw new Error(`it claims ${claimed} rows, but its row groups hold ${rows}`);
  }
  return { metadata, columns, rows };
}

/** Thrift's integers come as bigint or number, whatever hyparquet's types say of missing ones. */
export function countOf(value: unknown, what: string): number {
  const count = typeof value === 'bigint' ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
    throw new Error(`${what} should be a count, found ${String(value)}`);
  }
  return count;
}

/**
 * The chunk of a top-level column in one row group.
 *
 * @throws Error when another column lies there
 */
export function chunkOf(chunks: readonly Chunk[], { name, leaf }: { name: string; leaf: number }): Chunk {
  const chunk = chunks[leaf];
  const path = chunk?.meta_data?.path_in_schema;
  if (chunk === undefined || (path !== undefined && (path.length !== 1 || path[0] !== name))) {
    throw new Error(`a row group has ${path === undefined ? 'nothing' : printableName(path.join('.'))} in its place`);
  }
  return chunk;
}

function encrypted(): BadInputError {
  return new BadInputError('encrypted', 'the parquet file is encrypted, which is not supported; write it unencrypted');
}

function ascii(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
