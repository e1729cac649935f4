import { Type } from 'typebox';
import { daysOf } from '#calendar/days.js';
import { readSlotDays } from '#database/queries/slot-days.js';
import { findSchedule } from '#database/schedules/views.js';
import { calendarOf } from '#schedules/rule.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { unprocessable } from '../../http/problem.js';
import { problems } from '../../http/schemas.js';
import { isDay } from '../../http/time-range.js';
import { namingFields, unknownSchedule } from '../../schedules/problems.js';
import { SlotDaysSchema } from './schedule-schemas.js';
import { ScheduleName } from './schedules.js';

/** Days of one request: a month and the weeks that it begins and ends in, and more. */
const maxDays = 62;

const Day = (description: string) => Type.String({ maxLength: 10, description, examples: ['2026-11-01'] });

const DaysQuery = Type.Object(
  {
    from: Day('The first day'),
    to: Day(`The last day, at most ${maxDays} days in all`),
    timezone: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'The IANA time zone by whose clocks days begin; the schedule’s if not given',
      }),
    ),
  },
  { additionalProperties: false },
);

/** GET /api/schedules/{name}/days. */
export async function scheduleDayRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/schedules/:name/days',
    {
      schema: {
        operationId: 'listSlotDays',
        tags: ['schedules'],
        summary: 'A schedule’s slots by days: what became of them, and how many are to come',
        description:
          'Missed slots of a span of several days are counted by the rule as it is now. Slots are listed by `/api/schedules/{name}/slots`.',
        params: ScheduleName,
        querystring: DaysQuery,
        response: { 200: SlotDaysSchema, ...problems(404, 422) },
      },
    },
    async ({ params: { name }, query }) => {
      refuseSpan(query.from, query.to);
      const schedule = await findSchedule(pool, name);
      if (!schedule) throw unknownSchedule(name);
      const timezone = query.timezone ?? schedule.timezone;
      const days = await namingFields('', () => daysOf(timezone, query.from, query.to));
      const [first, last] = [days[0], days.at(-1)];
      if (!first || !last) return { timezone, days: [] };
      const span = { timezone, from: new Date(first.from).toISOString(), to: new Date(last.to).toISOString() };
      const decided = await readSlotDays(pool, name, span);
      if (!decided) throw unknownSchedule(name);
      const calendar = calendarOf(schedule);
      const byDay = new Map(decided.days.map((each) => [each.day, each]));
      const missed = decided.spans.map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }));
      const now = Date.now();
      return {
        timezone,
        days: days.map(({ day, from, to }) => {
          const { refilled = 0, missed: ofDay = 0, ...rest } = byDay.get(day) ?? {};
          const ofSpans = missed
            .filter((each) => each.from <= to && each.to >= from)
            .reduce((sum, each) => sum + calendar.count(Math.max(from, each.from), Math.min(to, each.to)), 0);
          return {
            ...{ pending: 0, fired: 0, caughtUp: 0, backfilled: 0, skipped: 0, failed: 0 },
            ...rest,
            day,
            from: new Date(from).toISOString(),
            to: new Date(to).toISOString(),
            toCome: schedule.offAt !== null || to <= now ? 0 : calendar.count(Math.max(from, now + 1), to),
            missed: Math.max(0, ofDay + ofSpans - refilled),
          };
        }),
      };
    },
  );
}

function refuseSpan(from: string, to: string): void {
  const faults = Object.entries({ from, to }).flatMap(([path, text]) =>
    /^\d{4}-\d{2}-\d{2}$/.test(text) && isDay(text)
      ? []
      : [{ path, message: `must be a day like 2026-11-01; got ${JSON.stringify(text)}` }],
  );
  if (faults.length > 0) throw unprocessable(faults);
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  if (days < 1 || days > maxDays) {
    throw unprocessable([
      { path: 'to', message: `must be from 0 to ${maxDays - 1} days after from; got ${JSON.stringify(to)}` },
    ]);
  }
}
