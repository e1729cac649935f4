import { CalendarError } from './calendar-types.js';
import { isZone, openZone } from './zone.js';

/** A day of a zone; instants are milliseconds since 1970-01-01T00:00Z. */
export interface Day {
  /** `2026-11-22` */
  readonly day: string;
  /** Its first moment. */
  readonly from: number;
  /** Its last millisecond. */
  readonly to: number;
}

const dayMs = 86_400_000;

/**
 * The days from one to another, both included, as the clocks of a zone have them: one on which clocks are changed is shorter or longer.
 * @param first as `2026-11-22`, as is `last`
 * @throws CalendarError when there is no such zone
 */
export function daysOf(zoneName: string, first: string, last: string): Day[] {
  if (!isZone(zoneName)) {
    throw new CalendarError(
      'timezone',
      `must be the name of an IANA time zone, for example Asia/Shanghai; got ${JSON.stringify(zoneName)}`,
    );
  }
  const zone = openZone(zoneName);
  const days: Day[] = [];
  const until = Date.parse(`${last}T00:00Z`);
  for (let wall = Date.parse(`${first}T00:00Z`); wall <= until; wall += dayMs) {
    const day = new Date(wall).toISOString().slice(0, 10);
    const [from, to] = [zone.instantOf(wall), zone.instantOf(wall + dayMs) - 1];
    // Samoa had no 2011-12-30.
    if (from <= to) days.push({ day, from, to });
  }
  return days;
}
