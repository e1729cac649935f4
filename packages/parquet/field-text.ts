import type { ColumnType } from '#contracts/dataset.js';
import { decimalText } from '#contracts/decimal.js';
import { readNumeric } from '#database/copy/numeric.js';
import type { FieldBatch } from './field-batch.js';

/** Days and microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL's time starts. */
const pgEpochDays = 10_957;
const pgEpochMicros = 946_684_800_000_000n;
const dayMs = 86_400_000;

/** Bytes of a text that are looked at for each character that is shown: UTF-8 has four at most. */
const maxCharBytes = 4;

/** Reads a field of binary COPY, without its length, from `at` up to, not including, `end`. */
type ReadField = (bytes: DataView, at: number, end: number) => string;

/**
 * A column's fields as texts that people read: numbers with all digits, times in ISO-8601, null where there is no value.
 * @param maxChars of a text; what is longer is cut and ends with …
 */
export function fieldReader(type: ColumnType, maxChars: number): (batch: FieldBatch, row: number) => string | null {
  const read = type === 'text' ? textReader(maxChars) : readers[type];
  return ({ bytes, starts, ends, picks }, row) => {
    const pick = picks[row] ?? 0;
    const end = ends[pick] ?? 0;
    // Behind the field's length (int32).
    return end === 0 ? null : read(bytes, (starts[pick] ?? 0) + 4, end);
  };
}

const readers: Readonly<Record<Exclude<ColumnType, 'text'>, ReadField>> = {
  integer: (bytes, at) => String(bytes.getInt32(at)),
  bigint: (bytes, at) => String(bytes.getBigInt64(at)),
  'double precision': (bytes, at) => String(bytes.getFloat64(at)),
  boolean: (bytes, at) => String(bytes.getUint8(at) === 1),
  numeric: (bytes, at, end) => decimalText(readNumeric(bufferOf(bytes, at, end))),
  uuid: (bytes, at, end) =>
    bufferOf(bytes, at, end)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
  date: (bytes, at) => new Date((bytes.getInt32(at) + pgEpochDays) * dayMs).toISOString().slice(0, 10),
  time: (bytes, at) => momentText(bytes.getBigInt64(at)).slice(11),
  timestamp: (bytes, at) => momentText(bytes.getBigInt64(at) + pgEpochMicros),
  timestamptz: (bytes, at) => `${momentText(bytes.getBigInt64(at) + pgEpochMicros)}Z`,
};

/** Microseconds since 1970 as `2026-11-20T10:15:30.123456`, without zeros at the end of the fraction. */
function momentText(micros: bigint): string {
  const within = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - within) / 1_000n)).toISOString().slice(0, 19);
  const fraction = String(within).padStart(6, '0').replace(/0+$/, '');
  return fraction === '' ? seconds : `${seconds}.${fraction}`;
}

function textReader(maxChars: number): ReadField {
  return (bytes, at, end) => {
    // `stream` keeps back a character that is cut off.
    const head = bufferOf(bytes, at, Math.min(end, at + (maxChars + 1) * maxCharBytes));
    const characters = [...new TextDecoder().decode(head, { stream: true })];
    return characters.length > maxChars ? `${characters.slice(0, maxChars).join('')}…` : characters.join('');
  };
}

const bufferOf = ({ buffer, byteOffset }: DataView, at: number, end: number): Buffer =>
  Buffer.from(buffer, byteOffset + at, end - at);
