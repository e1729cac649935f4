/** A parsed time, in microseconds since 1970-01-01T00:00:00Z, or what is wrong with the text. */
export type ParsedTime = { readonly micros: bigint } | { readonly fault: string };

/** ISO 8601 / RFC 3339 date and time with any number of decimals and an optional offset; ranges are checked apart. */
const isoTime =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,30}))?)?(?:([Zz])|([+-])(\d{2})(?::?(\d{2}))?)?$/;

const example = '2022-06-05T21:02:34.546Z';

/**
 * Parses an ISO-8601 time with an offset (`Z`, `±hh:mm`, `±hhmm`, `±hh`) to microseconds; further decimals are cut off,
 * not rounded. The date must exist in the calendar (years 0001 to 9999). A time without an offset is a fault, for its
 * instant is unknown; so are leap seconds and 24:00, which PostgreSQL would move to the next minute or day.
 */
export function parseTime(text: string): ParsedTime {
  const match = isoTime.exec(text);
  if (match === null) return { fault: `is not an ISO-8601 time like ${example}` };
  const [, year, month, day, hour, minute, second = '0', decimals = '', zulu, sign, offsetHours, offsetMinutes] = match;
  if (zulu === undefined && sign === undefined) {
    return { fault: `has no offset, so its instant is unknown; expected Z or ±hh:mm at the end, like ${example}` };
  }
  const midnight = dayStart(Number(year), Number(month), Number(day));
  if (midnight === undefined) return { fault: 'is no day of the calendar' };
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    return { fault: 'is no time of day; expected 00:00:00 to 23:59:59' };
  }
  const offset = Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0);
  if (Number(offsetHours ?? 0) > 23 || Number(offsetMinutes ?? 0) > 59) {
    return { fault: 'has an impossible offset; expected at most ±23:59' };
  }
  const minutes = Number(hour) * 60 + Number(minute) + (sign === '-' ? offset : -offset);
  const millis = midnight + minutes * 60_000 + Number(second) * 1000;
  return { micros: BigInt(millis) * 1000n + BigInt(decimals.slice(0, 6).padEnd(6, '0')) };
}

/** Milliseconds since the epoch of a day's start in UTC, or undefined when the calendar has no such day. */
function dayStart(year: number, month: number, day: number): number | undefined {
  if (year === 0) return undefined;
  // Date.UTC would take the years 0 to 99 for 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}
