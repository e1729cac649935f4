import { nextSlots } from '#calendar/calendar.js';
import type { Pool } from '#database/pool.js';
import { readSlotsLately, type SlotsLately } from '#database/queries/slots-lately.js';
import { findSchedule, type ScheduleView } from '#database/schedules/views.js';
import { calendarOf } from '#schedules/rule.js';
import { unknownSchedule } from './problems.js';

/** A schedule as the API shows it in lists. */
export type ShownSchedule = ScheduleView & SlotsLately;

const nothing: SlotsLately = { lastSlot: null, unfired: { missed: 0, skipped: 0, failed: 0 } };

/** Adds what became of their slots lately. */
export async function withSlotsLately(pool: Pool, schedules: readonly ScheduleView[]): Promise<ShownSchedule[]> {
  const names = schedules.map(({ name }) => name);
  const lately = await readSlotsLately(pool, names);
  return schedules.map((schedule) => ({ ...schedule, ...(lately.get(schedule.name) ?? nothing) }));
}

/**
 * A schedule with its next ten times, which it would have if it were paused or off as well.
 * @throws HttpProblem 404
 */
export async function showSchedule(pool: Pool, name: string): Promise<ShownSchedule & { readonly next: string[] }> {
  const schedule = await findSchedule(pool, name);
  const [shown] = schedule ? await withSlotsLately(pool, [schedule]) : [];
  if (!shown) throw unknownSchedule(name);
  return { ...shown, next: nextSlots(calendarOf(shown), Date.now(), 10).map((slot) => new Date(slot).toISOString()) };
}
