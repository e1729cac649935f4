import type { ColumnDefinition } from '#contracts/dataset.js';
import { decimalText } from '#contracts/decimal.js';
import { BadInputError } from '#contracts/errors.js';
import { CopyBinaryWriter } from '#database/copy/binary.js';
import { readNumeric } from '#database/copy/numeric.js';
import { openParquet } from '#parquet/open-parquet.js';
import { PageMemory } from '#parquet/page-memory.js';
import { parseCopyData } from '../../helpers/parse-copy-data.js';
import { numberText, type Outcome } from './outcome.js';

/** Microseconds and days from 1970-01-01 to 2000-01-01, where PostgreSQL's time starts. */
const pgEpochMicros = 946_684_800_000_000n;
const pgEpochDays = 10_957;

/** As much as a worker has. */
const memory = new PageMemory(192 * 2 ** 20);

/** Our own reader, through the COPY data that PostgreSQL would get. Errors that are no bad input come as themselves. */
export async function readOurs(bytes: Uint8Array, columns: readonly ColumnDefinition[]): Promise<Outcome> {
  // A chunk of the usual size costs more than reading these small files.
  const copy = new CopyBinaryWriter(4096);
  try {
    const file = await openParquet(bytes, bytes.length, { columns }, { memory });
    for await (const _portion of file.writeRows(copy, 1n));
  } catch (error) {
    if (error instanceof BadInputError) return { refused: `${error.code}: ${error.message}` };
    throw error;
  }
  const rows = parseCopyData(Buffer.concat(copy.takeAll()));
  return { columns: columns.map((column, at) => rows.map((fields) => textOf(column, fields[at] ?? null))) };
}

function textOf({ type }: ColumnDefinition, field: Buffer | null): string | null {
  if (field === null) return null;
  switch (type) {
    case 'text':
      return field.toString();
    case 'integer':
      return String(field.readInt32BE());
    case 'bigint':
      return String(field.readBigInt64BE());
    case 'double precision':
      return numberText(field.readDoubleBE());
    case 'boolean':
      return String(field[0] === 1);
    case 'numeric':
      return decimalText(readNumeric(field));
    case 'uuid':
      return field.toString('hex');
    case 'time':
      return String(field.readBigInt64BE());
    case 'date':
      return String(field.readInt32BE() + pgEpochDays);
    case 'timestamp':
    case 'timestamptz':
      return String(field.readBigInt64BE() + pgEpochMicros);
  }
}
