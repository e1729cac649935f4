import { isUtf8 } from 'node:buffer';
import { BadInputError } from '#contracts/errors.js';
import { timestampField } from '#database/copy/binary.js';
import type { FoundColumn, TimestampForm } from './columns.js';
import type { FieldCodec } from './parquet/column-reader.js';
import type { FieldBuffer } from './parquet/field-buffer.js';

/** 0001-01-01 and 10000-01-01 as microseconds since 1970: what has a year of four digits. */
const minMicros = -62_135_596_800_000_000n;
const endMicros = 253_402_300_800_000_000n;

/** Days from the start of the Julian calendar to 1970-01-01, as INT96 counts them. */
const julianDayOfEpoch = 2_440_588n;
export const microsPerDay = 86_400_000_000n;

/**
 * How a column's values become fields of binary COPY: length (int32) and bytes.
 * Throws BadInputError `bad-value`, naming column and row (counted from 0).
 */
export function fieldCodec({ expected, form }: FoundColumn): FieldCodec {
  const { name } = expected;
  if (expected.kind === 'text') {
    const { maxChars } = expected;
    return {
      encode: (stored, start, end, row, into) => encodeText(stored, start, end, into, name, maxChars, row),
      missing: () => {},
    };
  }
  const { required } = expected;
  return {
    encode: timestampEncoder(name, form ?? 'MICROS'),
    missing: (row) => {
      if (required) fail(name, row, 'has no value; every row needs one');
    },
  };
}

function encodeText(
  stored: Uint8Array,
  start: number,
  end: number,
  into: FieldBuffer,
  name: string,
  maxChars: number,
  row: number,
): void {
  const length = end - start;
  // Valid text of maxChars takes four bytes per character at most; more need not be looked at.
  if (length > maxChars * 4) fail(name, row, `has ${length} bytes, more than ${maxChars} characters can take`);
  const field = into.reserve(4 + length);
  const at = into.used;
  // At most 256 bytes, so that the high half of the length is always 0.
  field[at] = 0;
  field[at + 1] = 0;
  field[at + 2] = length >>> 8;
  field[at + 3] = length & 0xff;
  let plain = length <= maxChars;
  for (let i = 0; i < length; i++) {
    const byte = stored[start + i] ?? 0;
    field[at + 4 + i] = byte;
    if (byte === 0 || byte > 127) plain = false;
  }
  if (!plain) checkText(stored.subarray(start, end), name, maxChars, row);
  into.advance(4 + length);
}

function checkText(utf8: Uint8Array, name: string, maxChars: number, row: number): void {
  if (!isUtf8(utf8)) fail(name, row, 'is no valid UTF-8 text');
  if (utf8.includes(0)) fail(name, row, 'contains the character U+0000, which PostgreSQL text cannot hold');
  // Code points, as varchar(n) counts: every byte that does not continue a character starts one.
  const chars = utf8.reduce((count, byte) => ((byte & 0xc0) === 0x80 ? count : count + 1), 0);
  if (chars > maxChars) fail(name, row, `has ${chars} characters, expected at most ${maxChars}`);
}

/** Remembers the last value: a plain column often repeats it (one `create_at` per file). */
function timestampEncoder(name: string, form: TimestampForm): FieldCodec['encode'] {
  let lastMicros: bigint | undefined;
  let lastField: Uint8Array = new Uint8Array(0);
  return (stored, start, _end, row, into) => {
    const micros = microsOf(new DataView(stored.buffer, stored.byteOffset + start), form);
    if (micros !== lastMicros) {
      if (micros < minMicros || micros >= endMicros) {
        fail(name, row, `is ${micros} µs since 1970, which lies outside the years 1 to 9999`);
      }
      lastField = timestampField(micros);
      lastMicros = micros;
    }
    into.reserve(lastField.length).set(lastField, into.used);
    into.advance(lastField.length);
  };
}

/** Microseconds since 1970-01-01 00:00:00; what is finer is cut off towards the past. */
function microsOf(value: DataView, form: TimestampForm): bigint {
  const stored = value.getBigInt64(0, true);
  if (form === 'MICROS') return stored;
  if (form === 'MILLIS') return stored * 1000n;
  if (form === 'NANOS') return floorDivide(stored, 1000n);
  // Nanoseconds of the day, then the Julian day (LogicalTypes.md, "INT96").
  const days = BigInt(value.getUint32(8, true)) - julianDayOfEpoch;
  return days * microsPerDay + floorDivide(stored, 1000n);
}

/** Division that rounds towards the past, as moments before an epoch need it. */
export function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value < 0n && quotient * by !== value ? quotient - 1n : quotient;
}

function fail(name: string, row: number, what: string): never {
  throw new BadInputError('bad-value', `${name} in row ${row} (counted from 0) ${what}`);
}
