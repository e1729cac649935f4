import type { ScheduleRule } from '#contracts/schedule.js';
import { type Calendar, CalendarError } from './calendar-types.js';
import { cronTimes } from './cron-times.js';
import { isZone, openZone } from './zone.js';

/** The shortest and the longest interval, in milliseconds. */
export const minEveryMs = 1_000;
export const maxEveryMs = 366 * 86_400_000;

/** @throws CalendarError naming the field, what was expected and what came */
export function openCalendar({ cron, everyMs, timezone = 'UTC' }: ScheduleRule): Calendar {
  if (!isZone(timezone)) {
    throw new CalendarError(
      'timezone',
      `must be the name of an IANA time zone, for example Asia/Shanghai; got ${JSON.stringify(timezone)}`,
    );
  }
  if (cron !== undefined && everyMs !== undefined) {
    throw new CalendarError('everyMs', 'must not be given beside cron; a schedule has one of them');
  }
  if (cron !== undefined) return cronTimes(cron, openZone(timezone));
  if (everyMs === undefined) throw new CalendarError('cron', 'must be given, or everyMs');
  if (!Number.isSafeInteger(everyMs) || everyMs < minEveryMs || everyMs > maxEveryMs) {
    throw new CalendarError('everyMs', `must be a whole number from ${minEveryMs} to ${maxEveryMs}; got ${everyMs}`);
  }
  return {
    next: (after) => (Math.floor(after / everyMs) + 1) * everyMs,
    previous: (before) => (Math.ceil(before / everyMs) - 1) * everyMs,
    count: (from, to) => Math.max(0, Math.floor(to / everyMs) - Math.floor((from - 1) / everyMs)),
  };
}

/** The slots of a span, both ends included, in their order. */
export function* slotsWithin(calendar: Calendar, from: number, to: number): Generator<number, void, undefined> {
  for (let slot = calendar.next(from - 1); slot !== undefined && slot <= to; slot = calendar.next(slot)) yield slot;
}

/** How many slots a span has, both ends included; undefined when there are more than `max`. */
export function countSlots(calendar: Calendar, from: number, to: number, max: number): number | undefined {
  let count = 0;
  for (const _slot of slotsWithin(calendar, from, to)) {
    count += 1;
    if (count > max) return undefined;
  }
  return count;
}

/** The next slots after an instant, at most so many, and none later than `to`. */
export function nextSlots(calendar: Calendar, after: number, max: number, to = Number.POSITIVE_INFINITY): number[] {
  const slots: number[] = [];
  let slot = calendar.next(after);
  while (slot !== undefined && slot <= to) {
    slots.push(slot);
    // The search for one that nobody wants may be the longest of all: a rule may have its next time in 28 years.
    if (slots.length >= max) break;
    slot = calendar.next(slot);
  }
  return slots;
}
