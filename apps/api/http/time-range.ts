import { unprocessable } from './problem.js';

const isoTime =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:[Zz]|([+ -])(\d{2}):?(\d{2}))?)?$/;

/** What `readBound` reads, in words. */
export const timeWords = 'a date or an ISO-8601 time like 2022-06-05T21:02:34.546Z';

/** A range of time; both ends belong to it. */
export interface TimeRange {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/**
 * Reads the parameters `from` and `to` to ISO-8601 in UTC with microseconds, without offset or `Z`.
 * @throws HttpProblem 422 naming the parameter that is no time
 */
export function readRange(query: { from?: string | undefined; to?: string | undefined }): TimeRange {
  const faults = (['from', 'to'] as const).flatMap((path) => {
    const text = query[path];
    return text === undefined || readBound(text, path) !== undefined
      ? []
      : [{ path, message: `must be ${timeWords}; got ${JSON.stringify(text)}` }];
  });
  if (faults.length > 0) throw unprocessable(faults);
  return {
    from: query.from === undefined ? undefined : readBound(query.from, 'from'),
    to: query.to === undefined ? undefined : readBound(query.to, 'to'),
  };
}

/** The same as instants with `Z`. */
export function readInstants(query: { from?: string | undefined; to?: string | undefined }): TimeRange {
  const { from, to } = readRange(query);
  return { from: from && `${from}Z`, to: to && `${to}Z` };
}

/**
 * Reads a time to ISO-8601 in UTC with microseconds, without offset or `Z`. A date means its first moment, or its last one
 * as the upper bound of a range.
 * @returns undefined when it is none
 */
export function readBound(text: string, side: 'from' | 'to'): string | undefined {
  const match = isoTime.exec(text);
  if (!match) return undefined;
  const [, year = '', month = '', day = '', hour, minute = '00', second = '00', decimals = '', sign, hours, minutes] =
    match;
  const date = `${year}-${month}-${day}`;
  if (hour === undefined) {
    return isDay(date) ? `${date}T${side === 'from' ? '00:00:00.000000' : '23:59:59.999999'}` : undefined;
  }
  const local = new Date(`${date}T${hour}:${minute}:${second}Z`);
  if (!isDay(date) || Number.isNaN(local.getTime())) return undefined;
  const offset = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  // A `+` of a query that was not escaped arrives as a space.
  const utc = new Date(local.getTime() + (sign === '-' ? offset : -offset) * 60_000);
  const whole = utc.toISOString();
  return whole.length === 24 && utc.getUTCFullYear() > 0
    ? `${whole.slice(0, 19)}.${decimals.slice(0, 6).padEnd(6, '0')}`
    : undefined;
}

/** Whether a text like `2022-06-05` is a day of the calendar. */
export function isDay(date: string): boolean {
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date) && !date.startsWith('0000');
}
