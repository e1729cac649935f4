import type { SchemaElement } from 'hyparquet';
import type { ColumnType } from '#contracts/dataset.js';

/** A value of a row: times and dates as ISO-8601, `bigint` and `numeric` as texts of digits. */
export type RowValue = string | number | boolean | null;

/** A column of rows, as the database has it; `json` for both of its types. */
export interface RowColumn {
  readonly name: string;
  readonly type: ColumnType | 'json';
  /** Digits of a `numeric`, where its column limits them, and how many of them are behind the point. */
  readonly precision?: number;
  readonly scale?: number;
}

/** A value as the parquet writer takes it. */
export type ParquetValue = string | number | bigint | boolean | null;

/** How the values of a column stand in a parquet file. */
export interface ParquetColumn {
  readonly element: SchemaElement;
  /** Its type in the words of the Parquet format, for people. */
  readonly words: string;
  /** @throws Error for a value that the type cannot hold */
  convert(value: RowValue): ParquetValue;
}

/** Digits that a parquet decimal has at most in Spark, Hive and DuckDB. */
const maxDigits = 38;

/**
 * The parquet type of a column; each may lack values. `uuid`, `time` and `json`, and a `numeric` that may have more than 38
 * digits, are texts: Spark and Hive read no types of parquet for them.
 */
export function parquetColumnOf(column: RowColumn): ParquetColumn {
  const { name, type, precision, scale = 0 } = column;
  const own = { name, repetition_type: 'OPTIONAL' } as const;
  switch (type) {
    case 'integer':
      return { element: { ...own, type: 'INT32' }, words: 'INT32', convert: asItIs };
    case 'bigint':
      return { element: { ...own, type: 'INT64' }, words: 'INT64', convert: textTo(BigInt) };
    case 'double precision':
      return { element: { ...own, type: 'DOUBLE' }, words: 'DOUBLE', convert: asItIs };
    case 'boolean':
      return { element: { ...own, type: 'BOOLEAN' }, words: 'BOOLEAN', convert: asItIs };
    case 'date':
      return {
        element: { ...own, type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
        words: 'DATE',
        convert: textTo((text) => Number(microsOf(`${text}T00:00:00`, name) / microsOfDay)),
      };
    case 'timestamp':
    case 'timestamptz': {
      const isAdjustedToUTC = type === 'timestamptz';
      return {
        element: {
          ...own,
          type: 'INT64',
          // Readers that know the older annotation only get it for both, as the format asks for.
          converted_type: 'TIMESTAMP_MICROS',
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit: 'MICROS' },
        },
        words: `TIMESTAMP(isAdjustedToUTC=${isAdjustedToUTC}, unit=MICROS)`,
        convert: textTo((text) => microsOf(text, name)),
      };
    }
    case 'numeric':
      if (precision !== undefined && precision <= maxDigits) return decimalColumn(name, precision, scale);
      break;
    default:
  }
  return {
    element: { ...own, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
    words: 'STRING',
    convert: asItIs,
  };
}

const asItIs = (value: RowValue): ParquetValue => value;

const textTo =
  (convert: (text: string) => ParquetValue) =>
  (value: RowValue): ParquetValue =>
    value === null ? null : convert(String(value));

function decimalColumn(name: string, precision: number, scale: number): ParquetColumn {
  const logical_type = { type: 'DECIMAL', precision, scale } as const;
  const own = { name, repetition_type: 'OPTIONAL', converted_type: 'DECIMAL', precision, scale, logical_type } as const;
  return {
    element: { ...own, ...decimalStorage(precision) },
    words: `DECIMAL(${precision}, ${scale})`,
    convert: textTo((text) => {
      const [, sign, whole = '', part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
      if (sign === undefined || part.length > scale) throw unfit(name, text, 'a decimal number');
      return BigInt(`${sign}${whole}${part.padEnd(scale, '0')}`);
    }),
  };
}

/** The smallest type that holds the digits. Source: Parquet format, LogicalTypes.md, "DECIMAL". */
function decimalStorage(precision: number): Pick<SchemaElement, 'type' | 'type_length'> {
  if (precision <= 9) return { type: 'INT32' };
  if (precision <= 18) return { type: 'INT64' };
  return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: Math.ceil((precision * Math.log2(10) + 1) / 8) };
}

const microsOfDay = 86_400_000_000n;

/** Microseconds since 1970-01-01 00:00:00, in UTC or on the same wall clock, of ISO-8601 with or without `Z`. */
function microsOf(text: string, column: string): bigint {
  const [, moment = '', part = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z?$/.exec(text) ?? [];
  const millis = Date.parse(`${moment}Z`);
  if (Number.isNaN(millis)) throw unfit(column, text, 'a time between the years 1 and 9999');
  return BigInt(millis) * 1000n + BigInt(part.padEnd(6, '0'));
}

const unfit = (column: string, text: string, expected: string): Error =>
  new Error(
    `${column}: expected ${expected}, got ${JSON.stringify(text)}, which parquet cannot hold; leave the row out by a filter`,
  );
