import { Type } from 'typebox';
import type { Violation } from '#contracts/violation-list.js';
import type { StatsRange } from '#database/queries/dataset-stats.js';
import { unprocessable } from '../http/problem.js';
import { isDay } from '../http/time-range.js';

const Day = (description: string) =>
  Type.Optional(
    Type.String({
      maxLength: 40,
      description: `${description}: a day, in UTC for times with a zone`,
      examples: ['2023-01-01'],
    }),
  );

/** Parameters of figures that are kept by day. */
export const dayRange = { from: Day('The first day that counts'), to: Day('The last day that counts') };

/**
 * The days that a query with `dayRange` asks for.
 * @param maxDays most days of a range that has both ends
 * @throws HttpProblem 422
 */
export function readDays({ from, to }: StatsRange, maxDays = Number.POSITIVE_INFINITY): StatsRange {
  const faults: Violation[] = Object.entries({ from, to }).flatMap(([path, text]) =>
    text === undefined || (/^\d{4}-\d{2}-\d{2}$/.test(text) && isDay(text))
      ? []
      : [{ path, message: `must be a day like 2023-01-01, as figures are kept by day; got ${JSON.stringify(text)}` }],
  );
  if (faults.length === 0 && from !== undefined && to !== undefined) {
    const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
    if (days < 1) faults.push({ path: 'to', message: `must be ${from} (from) or later; got ${JSON.stringify(to)}` });
    if (days > maxDays) {
      const message = `must be at most ${maxDays} days from ${from} (from) on, that day included; got ${days} days`;
      faults.push({ path: 'to', message });
    }
  }
  if (faults.length > 0) throw unprocessable(faults);
  return { from, to };
}
