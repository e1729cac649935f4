import { openCalendar } from '#calendar/calendar.js';
import type { Calendar } from '#calendar/calendar-types.js';
import type { ScheduleFields } from '#database/schedules/schedule-types.js';

type StoredRule = Pick<ScheduleFields, 'cron' | 'everyMs' | 'timezone'>;

/** The calendar of a recorded schedule. @throws CalendarError */
export const calendarOf = ({ cron, everyMs, timezone }: StoredRule): Calendar =>
  openCalendar({ cron: cron ?? undefined, everyMs: everyMs ?? undefined, timezone });

/** Whether two schedules have the same slots. */
export const isSameRule = (a: StoredRule, b: StoredRule): boolean =>
  a.cron === b.cron && a.everyMs === b.everyMs && (a.cron === null || a.timezone === b.timezone);
