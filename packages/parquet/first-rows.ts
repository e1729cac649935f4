import type { ByteSource } from '#contracts/byte-source.js';
import type { ColumnType } from '#contracts/dataset.js';
import { BadInputError } from '#contracts/errors.js';
import { type FoundColumn, formOf, isWallClock, type StoredForm, typeText } from './columns.js';
import { fieldReader } from './field-text.js';
import { type Footer, readFooter } from './footer.js';
import { RandomReader } from './random-reader.js';
import { type Reading, readBatches } from './read-batches.js';
import type { TopColumn } from './schema.js';

/** How much of a file is wanted. */
export interface FirstRowsLimits {
  readonly rows: number;
  readonly columns: number;
  /** Characters of each text. */
  readonly chars: number;
}

/** What a parquet file has, and its first rows. */
export interface FirstRows {
  /** Rows of the whole file. */
  readonly rowCount: number;
  /** Columns at the top of its schema. */
  readonly columnCount: number;
  /** The first of them. */
  readonly columns: ShownColumn[];
  /** A text for each column, null where there is no value or it could not be read. */
  readonly rows: (string | null)[][];
}

/** A column of a file. */
export interface ShownColumn {
  readonly name: string;
  /** In the format's words: `INT64 (TIMESTAMP)`. */
  readonly type: string;
  /** Why its values are not shown; null where they are. */
  readonly fault: string | null;
}

/**
 * Reads the footer of a parquet file, and of each of the first columns as many pages as the first rows take, one column
 * after the other. A column that is damaged, or of a kind that is not read, harms no other.
 *
 * @param content all bytes of the file, or what they are read through
 * @param size bytes of the file
 * @throws BadInputError `empty`, `not-parquet`, `truncated`, `encrypted`, `corrupt`, `unsupported` when there is no footer
 *   to be read; with the signal's reason
 */
export async function readFirstRows(
  content: Uint8Array | ByteSource,
  size: number,
  limits: FirstRowsLimits,
  reading: Reading,
): Promise<FirstRows> {
  const file = await RandomReader.open(content, size);
  const footer = await readFooter(file);
  const columns: ShownColumn[] = [];
  const values: (string | null)[][] = [];
  for (const column of footer.columns.slice(0, limits.columns)) {
    reading.signal?.throwIfAborted();
    const found = await firstValues(file, footer, column, limits, reading);
    columns.push({ name: column.name, type: typeText(column.element), fault: found.fault });
    values.push(found.values);
  }
  const rows = Array.from({ length: Math.min(limits.rows, footer.rows) }, (_, row) =>
    values.map((column) => column[row] ?? null),
  );
  return { rowCount: footer.rows, columnCount: footer.columns.length, columns, rows };
}

async function firstValues(
  file: RandomReader,
  footer: Footer,
  column: TopColumn,
  limits: FirstRowsLimits,
  reading: Reading,
): Promise<{ values: (string | null)[]; fault: string | null }> {
  const found = asItIs(column);
  if (found === undefined) {
    return { values: [], fault: `a column of type ${typeText(column.element)} is not read here` };
  }
  const read = fieldReader(found.declared.type, limits.chars);
  const values: (string | null)[] = [];
  try {
    for await (const { count, fields } of readBatches(file, footer, [found], reading)) {
      const [batch] = fields;
      for (let row = 0; batch && row < count && values.length < limits.rows; row++) values.push(read(batch, row));
      if (values.length >= limits.rows) break;
    }
    return { values, fault: null };
  } catch (error) {
    if (error instanceof BadInputError) return { values: [], fault: error.message };
    throw error;
  }
}

/** The type that shows all that a stored form can hold. */
const types: Readonly<Record<StoredForm, ColumnType>> = {
  TEXT: 'text',
  NULL: 'text',
  INT32: 'integer',
  UINT32: 'bigint',
  INT64: 'bigint',
  UINT64: 'numeric',
  FLOAT: 'double precision',
  DOUBLE: 'double precision',
  FLOAT16: 'double precision',
  BOOLEAN: 'boolean',
  DECIMAL: 'numeric',
  UUID: 'uuid',
  DATE: 'date',
  TIME_MILLIS: 'time',
  TIME_MICROS: 'time',
  TIME_NANOS: 'time',
  MILLIS: 'timestamptz',
  MICROS: 'timestamptz',
  NANOS: 'timestamptz',
  INT96: 'timestamp',
};

/** A column as the file itself declares it; undefined where it is of a kind that is not read. */
function asItIs({ name, element, isGroup, leaf }: TopColumn): FoundColumn | undefined {
  const form = isGroup || element.repetition_type === 'REPEATED' ? undefined : formOf(element);
  if (form === undefined) return undefined;
  const type = isWallClock(element) ? 'timestamp' : types[form];
  return { declared: { name, type }, name, element, form, leaf };
}
