/**
 * What PostgreSQL accepts as values in binary COPY, checked before the bytes leave: a value that the server refuses
 * would fail the whole COPY, and its error names no file.
 */
import { BadInputError } from '#contracts/errors.js';

/** Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL's time starts. */
const pgEpochMicros = 946_684_800_000_000;
const pgEpochMicrosBig = 946_684_800_000_000n;
/** Days from 1970-01-01 to 2000-01-01. */
const pgEpochDays = 10_957;

/**
 * Bounds in microseconds since 2000-01-01: 4714-11-24 BC up to, not including, 294277-01-01
 * (MIN_TIMESTAMP and END_TIMESTAMP in PostgreSQL's src/include/datatype/timestamp.h).
 */
const minTimestamp = -211_813_488_000_000_000n;
const endTimestamp = 9_223_371_331_200_000_000n;

/** Bounds in days since 2000-01-01 (same header: DATETIME_MIN_JULIAN 0 and DATE_END_JULIAN 2147483494). */
const minDate = -2_451_545;
const endDate = 2_147_483_494 - 2_451_545;

/**
 * Refuses text that PostgreSQL cannot store: U+0000 and lone surrogates (halves of a character).
 *
 * @param what names the value in the error, for example `vehicle_id in event 3`
 * @throws BadInputError `bad-text`
 */
export function checkText(value: string, what: string): void {
  const nul = value.indexOf('\0');
  if (nul >= 0) {
    throw new BadInputError(
      'bad-text',
      `${what} contains the character U+0000 at position ${nul}, which PostgreSQL text cannot hold; remove it`,
    );
  }
  const lone = value.search(/\p{Surrogate}/u);
  if (lone >= 0) {
    throw new BadInputError(
      'bad-text',
      `${what} contains half a character (lone surrogate ${codeUnit(value, lone)}) at position ${lone}, ` +
        'which is no valid Unicode; write the whole character or remove it',
    );
  }
}

/**
 * Microseconds since 1970-01-01 00:00:00 as microseconds since 2000-01-01, checked against PostgreSQL's range.
 *
 * @throws BadInputError `out-of-range`
 */
export function pgMicros(epochMicros: bigint): bigint {
  const value = epochMicros - pgEpochMicrosBig;
  if (value < minTimestamp || value >= endTimestamp) {
    throw outOfRange('timestamp', epochMicros, 'between the years 4714 BC and 294276, in microseconds since 1970');
  }
  return value;
}

/**
 * The same without bigints. Any safe integer of microseconds (years 1684 to 2255) lies in PostgreSQL's range.
 *
 * @throws BadInputError `out-of-range` when the number is no safe integer
 */
export function pgMicrosOfNumber(epochMicros: number): number {
  const value = epochMicros - pgEpochMicros;
  if (!Number.isSafeInteger(epochMicros) || !Number.isSafeInteger(value)) {
    throw outOfRange('timestamp', epochMicros, 'a safe integer of microseconds since 1970; use a bigint beyond that');
  }
  return value;
}

/**
 * Days since 1970-01-01 as days since 2000-01-01, checked against PostgreSQL's range.
 *
 * @throws BadInputError `out-of-range`
 */
export function pgDays(epochDays: number): number {
  const value = epochDays - pgEpochDays;
  if (!Number.isInteger(epochDays) || value < minDate || value >= endDate) {
    throw outOfRange('date', epochDays, 'whole days since 1970 between the years 4714 BC and 5874897');
  }
  return value;
}

/** The error for a value outside its column's type. */
export function outOfRange(type: string, value: number | bigint, expected: string): BadInputError {
  return new BadInputError('out-of-range', `expected a value for ${type} (${expected}), got ${value}`);
}

function codeUnit(value: string, index: number): string {
  return `U+${value.charCodeAt(index).toString(16).toUpperCase()}`;
}
