import type { ColumnDefinition, ColumnType } from '#contracts/dataset.js';
import { type Decimal, fitDecimal, parseDecimal } from '#contracts/decimal.js';
import type { CopyBinaryWriter } from '#database/copy/binary.js';
import { faulty, field, type JsonObject } from '#events/fields.js';
import { InexactNumber } from '#events/json-number.js';
import { parseTime } from '#events/time.js';

/** A column of events, with the value of the event that was read last. */
export interface JsonColumn {
  /**
   * Reads the column's value of an event, for `orReject`.
   * @returns microseconds since 1970 when it is a time
   */
  read(event: JsonObject): bigint | undefined;
  /** Writes the value that was read last as a field. */
  write(copy: CopyBinaryWriter): void;
}

const int4 = { least: -(2n ** 31n), most: 2n ** 31n - 1n };
const int8 = { least: -(2n ** 63n), most: 2n ** 63n - 1n };
const dayMicros = 86_400_000_000n;

/** A declared column of events. */
export function jsonColumn(column: ColumnDefinition): JsonColumn {
  const { name, type, maxLength = Number.POSITIVE_INFINITY } = column;
  const make = <T>(
    read: (value: unknown, name: string) => T,
    write: (copy: CopyBinaryWriter, value: T) => void,
  ): JsonColumn => cellOf(column, read, write);
  switch (type) {
    case 'text':
      return make(
        (value, key) => readText(value, key, maxLength),
        (copy, value) => copy.text(value, name),
      );
    case 'integer':
      return make(
        (value, key) => Number(readInteger(value, key, int4)),
        (copy, value) => copy.int4(value),
      );
    case 'bigint':
      return make(
        (value, key) => readInteger(value, key, int8),
        (copy, value) => copy.int8(value),
      );
    case 'double precision':
      return make(readDouble, (copy, value) => copy.float8(value));
    case 'boolean':
      return make(readBoolean, (copy, value) => copy.bool(value));
    case 'numeric':
      return make(
        (value, key) => readDecimal(value, key, column),
        (copy, value) => copy.numeric(value),
      );
    case 'uuid':
      return make(readUuid, (copy, value) => copy.uuid(value));
    case 'time':
      return make(readClock, (copy, value) => copy.time(value));
    case 'date':
      return make(readDate, (copy, value) => copy.date(value));
    case 'timestamp':
    case 'timestamptz':
      return make(
        (value, key) => readMicros(value, key, type),
        (copy, value) => copy.timestamp(value),
      );
  }
}

/** Rows are read and written one after the other, so one position for the value is enough. */
function cellOf<T>(
  { name, from = name, required, type }: ColumnDefinition,
  read: (value: unknown, name: string) => T,
  write: (copy: CopyBinaryWriter, value: T) => void,
): JsonColumn {
  let cell: T | undefined;
  return {
    read(event) {
      const value = field(event, from);
      if (value === undefined || value === null) {
        if (required === true) throw faulty(from, value, `expected ${words[type]}; every row needs one`);
        cell = undefined;
        return undefined;
      }
      cell = read(value, from);
      return typeof cell === 'bigint' && type.startsWith('timestamp') ? cell : undefined;
    },
    write(copy) {
      if (cell === undefined) copy.null();
      else write(copy, cell);
    },
  };
}

const words: Readonly<Record<ColumnType, string>> = {
  text: 'text',
  integer: 'an integer',
  bigint: 'an integer',
  'double precision': 'a number',
  boolean: 'true or false',
  numeric: 'a decimal number',
  uuid: 'a UUID like 0f8fad5b-d9cb-469f-a165-70867728950e',
  date: 'a date like 2022-06-05',
  time: 'a time of day like 21:02:34.546',
  timestamp: 'an ISO-8601 time like 2022-06-05T21:02:34.546',
  timestamptz: 'an ISO-8601 time like 2022-06-05T21:02:34.546Z',
};

const unstorable = /[\p{Surrogate}\0]/u;

function readText(value: unknown, name: string, maxChars: number): string {
  if (typeof value !== 'string') throw faulty(name, value, 'expected text');
  // Code units bound code points, so most texts need no count.
  if (value.length > maxChars && [...value].length > maxChars) {
    throw faulty(name, value, `expected at most ${maxChars} characters, it has ${[...value].length}`);
  }
  if (unstorable.test(value)) {
    throw faulty(name, value, 'expected text without NUL characters and halves of surrogate pairs');
  }
  return value;
}

/** What a double would alter comes as text: it is an integer if it looks like one. */
function readInteger(value: unknown, name: string, { least, most }: typeof int4): bigint {
  const expected = `expected an integer from ${least} to ${most}`;
  let whole: bigint | undefined;
  if (typeof value === 'number' && Number.isInteger(value)) whole = BigInt(value);
  if (value instanceof InexactNumber && /^-?\d{1,20}$/.test(value.text)) whole = BigInt(value.text);
  if (whole === undefined || whole < least || whole > most) {
    const advice = typeof value === 'string' && /^-?\d+$/.test(value) ? ', without quotes' : '';
    throw faulty(name, value, `${expected}${advice}`);
  }
  return whole;
}

function readDouble(value: unknown, name: string): number {
  const number = value instanceof InexactNumber ? Number(value.text) : value;
  if (typeof number !== 'number') throw faulty(name, value, 'expected a number');
  if (!Number.isFinite(number)) throw faulty(name, value, 'expected a number that a double can hold');
  return number;
}

/** Digits that every double keeps as they were written. */
const doubleDigits = 15;

/** As a number, or as a text where a number would be rounded to a double. */
function readDecimal(value: unknown, name: string, { precision, scale }: ColumnDefinition): Decimal {
  const text = typeof value === 'string' ? value : String(value);
  const isNumber = typeof value === 'number' || value instanceof InexactNumber;
  const decimal = isNumber || typeof value === 'string' ? parseDecimal(text) : undefined;
  if (decimal === undefined) throw faulty(name, value, `expected ${words.numeric}`);
  if (typeof value === 'number' && String(decimal.unscaled).replace(/^-|0+$/g, '').length > doubleDigits) {
    throw faulty(
      name,
      value,
      `expected at most ${doubleDigits} digits in a number; write it as a text to keep them all`,
    );
  }
  const fitted = fitDecimal(decimal, precision, scale);
  if (typeof fitted === 'string') throw faulty(name, value, `${fitted}, expected at most that`);
  return fitted;
}

/** 32 hexadecimal digits. */
function readUuid(value: unknown, name: string): string {
  const isUuid = typeof value === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value);
  if (!isUuid) throw faulty(name, value, `expected ${words.uuid}`);
  return value.replaceAll('-', '');
}

/** Microseconds since midnight. */
function readClock(value: unknown, name: string): number {
  const match = typeof value === 'string' ? /^(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?$/.exec(value) : null;
  const [, hours = '', minutes = '', seconds = '', fraction = ''] = match ?? [];
  if (match === null || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) {
    throw faulty(name, value, `expected ${words.time}`);
  }
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000_000 + Number(fraction.padEnd(6, '0'));
}

function readBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw faulty(name, value, `expected ${words.boolean}`);
  return value;
}

/** Days since 1970. */
function readDate(value: unknown, name: string): number {
  const time =
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? parseTime(`${value}T00:00:00Z`) : undefined;
  if (time === undefined || 'fault' in time) throw faulty(name, value, `expected ${words.date}`);
  return Number(time.micros / dayMicros);
}

/** Microseconds since 1970. Without an offset, for a `timestamp`, what the clock showed; with one, UTC's clock. */
function readMicros(value: unknown, name: string, type: 'timestamp' | 'timestamptz'): bigint {
  if (typeof value !== 'string') throw faulty(name, value, `expected ${words[type]}`);
  const time = parseTime(value);
  if ('micros' in time) return time.micros;
  const local = type === 'timestamp' ? parseTime(`${value}Z`) : time;
  if ('micros' in local) return local.micros;
  throw faulty(name, value, `expected ${words[type]}; it ${time.fault}`);
}
