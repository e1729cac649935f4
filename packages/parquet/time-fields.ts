import type { StoredForm } from './columns.js';
import { failValue } from './errors.js';
import type { FieldBuffer, FieldEncoder } from './field-buffer.js';
import { appendInt32, int32At } from './number-fields.js';

/** 0001-01-01 and 10000-01-01 as microseconds since 1970: what has a year of four digits. */
const minMicros = -62_135_596_800_000_000n;
const endMicros = 253_402_300_800_000_000n;
/** The same in days. */
const minDays = -719_162;
const endDays = 2_932_897;

/** Microseconds and days from 1970-01-01 to 2000-01-01, where PostgreSQL's time starts. */
const pgEpochMicros = 946_684_800_000_000n;
const pgEpochDays = 10_957;

/** Days from the start of the Julian calendar to 1970-01-01, as INT96 counts them. */
const julianDayOfEpoch = 2_440_588n;
const dayMicros = 86_400_000_000;
const microsPerDay = BigInt(dayMicros);

/** Fields of `date`, from days since 1970. */
export function dateEncoder(column: string): FieldEncoder {
  return (stored, start, _end, row, into) => {
    const days = int32At(stored, start);
    if (days < minDays || days >= endDays) {
      failValue(column, row, `is ${days} days since 1970, which lies outside the years 1 to 9999`);
    }
    appendInt32(into, days - pgEpochDays);
  };
}

/** Fields of `time`, microseconds since midnight; what is finer is cut off. */
export function timeEncoder(column: string, form: StoredForm): FieldEncoder {
  return (stored, start, _end, row, into) => {
    const low = int32At(stored, start);
    const value = form === 'TIME_MILLIS' ? low : int32At(stored, start + 4) * 2 ** 32 + (low >>> 0);
    const micros = form === 'TIME_MILLIS' ? value * 1000 : form === 'TIME_NANOS' ? Math.floor(value / 1000) : value;
    if (micros < 0 || micros >= dayMicros) {
      failValue(column, row, `is ${micros} µs since midnight, which lies outside a day`);
    }
    appendTime(into, Math.floor(micros / 2 ** 32), (micros % 2 ** 32) | 0);
  };
}

/**
 * Fields of `timestamp` and `timestamptz`: microseconds since 2000. Remembers the last value: a plain column often
 * repeats it (one `create_at` per file), and making a bigint of each value costs more than all the rest.
 */
export function timestampEncoder(column: string, form: StoredForm): FieldEncoder {
  let last: [number, number, number] | undefined;
  let high = 0;
  let low = 0;
  return (stored, start, _end, row, into) => {
    const first = int32At(stored, start);
    const second = int32At(stored, start + 4);
    const third = form === 'INT96' ? int32At(stored, start + 8) : 0;
    if (last === undefined || first !== last[0] || second !== last[1] || third !== last[2]) {
      const micros = microsOf((BigInt(second) << 32n) | BigInt(first >>> 0), third, form);
      if (micros < minMicros || micros >= endMicros) {
        failValue(column, row, `is ${micros} µs since 1970, which lies outside the years 1 to 9999`);
      }
      const value = micros - pgEpochMicros;
      high = Number(value >> 32n);
      low = Number(BigInt.asIntN(32, value));
      last = [first, second, third];
    }
    appendTime(into, high, low);
  };
}

function appendTime(into: FieldBuffer, high: number, low: number): void {
  into.reserve(12);
  into.view.setInt32(into.used, 8);
  into.view.setInt32(into.used + 4, high);
  into.view.setInt32(into.used + 8, low);
  into.advance(12);
}

/** Microseconds since 1970-01-01 00:00:00; what is finer is cut off towards the past. */
function microsOf(stored: bigint, julianDay: number, form: StoredForm): bigint {
  if (form === 'MICROS') return stored;
  if (form === 'MILLIS') return stored * 1000n;
  if (form === 'NANOS') return floorDivide(stored, 1000n);
  // Nanoseconds of the day, then the Julian day (LogicalTypes.md, "INT96").
  const days = BigInt(julianDay >>> 0) - julianDayOfEpoch;
  return days * microsPerDay + floorDivide(stored, 1000n);
}

/** Division that rounds towards the past, as moments before an epoch need it. */
function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value < 0n && quotient * by !== value ? quotient - 1n : quotient;
}
