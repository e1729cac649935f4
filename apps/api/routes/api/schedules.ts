import { Type } from 'typebox';
import { nextSlots, openCalendar } from '#calendar/calendar.js';
import { slotStates } from '#contracts/schedule.js';
import { findSchedule, listSchedules, listSlots, type ScheduleView } from '#database/schedules/views.js';
import { calendarOf } from '#schedules/rule.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { ListQuery, namedIn, OneOrMore, PageOf, problems, TimeBound } from '../../http/schemas.js';
import { readInstants } from '../../http/time-range.js';
import { namingFields, unknownSchedule } from '../../schedules/problems.js';
import { PreviewSchema, ruleOptions, ScheduleDetailSchema, ScheduleSchema, SlotSchema } from './schedule-schemas.js';

export const ScheduleName = Type.Object({ name: Type.String({ maxLength: 200, description: 'Name of the schedule' }) });

const ScheduleQuery = ListQuery({
  task: Type.Optional(Type.String({ description: 'Name of the task' })),
  paused: Type.Optional(Type.Boolean({ description: 'Whether it is paused' })),
});

const SlotQuery = ListQuery({
  state: Type.Optional(OneOrMore(slotStates, 'What became of the slot')),
  from: TimeBound('Slots then or later'),
  to: TimeBound('Slots then or earlier'),
});

const PreviewQuery = Type.Object(
  { ...ruleOptions, from: TimeBound('After this time; now if not given') },
  {
    additionalProperties: false,
  },
);

const shown = 10;

const timesAfter = (calendar: Parameters<typeof nextSlots>[0], after: number): string[] =>
  nextSlots(calendar, after, shown).map((slot) => new Date(slot).toISOString());

/** A schedule with its next times, which it would have if it were paused or off as well. */
export const toDetail = (schedule: ScheduleView): ScheduleView & { next: string[] } => ({
  ...schedule,
  next: timesAfter(calendarOf(schedule), Date.now()),
});

/** GET /api/schedules, /api/schedules/preview, /api/schedules/{name} and /api/schedules/{name}/slots. */
export async function scheduleRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/schedules',
    {
      schema: {
        operationId: 'listSchedules',
        tags: ['schedules'],
        summary: 'Schedules by their names',
        querystring: ScheduleQuery,
        response: { 200: PageOf(ScheduleSchema, 'A page of schedules'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const filter = { task: query.task, paused: query.paused };
      return toPage(await listSchedules(pool, filter, readPage(Type.String(), query)));
    },
  );

  app.get(
    '/api/schedules/preview',
    {
      schema: {
        operationId: 'previewSchedule',
        tags: ['schedules'],
        summary: 'The next ten times of a rule that is only tried',
        querystring: PreviewQuery,
        response: { 200: PreviewSchema, ...problems(422) },
      },
    },
    async ({ query }) => {
      const { from } = readInstants(query);
      const { cron, everyMs, timezone } = query;
      const calendar = await namingFields('', () => openCalendar({ cron, everyMs, timezone }));
      return { next: timesAfter(calendar, from === undefined ? Date.now() : Date.parse(from)) };
    },
  );

  app.get(
    '/api/schedules/:name',
    {
      schema: {
        operationId: 'getSchedule',
        tags: ['schedules'],
        summary: 'One schedule: its rule, its counts, its next times',
        params: ScheduleName,
        response: { 200: ScheduleDetailSchema, ...problems(404) },
      },
    },
    async ({ params: { name } }) => {
      const schedule = await findSchedule(pool, name);
      if (!schedule) throw unknownSchedule(name);
      return toDetail(schedule);
    },
  );

  app.get(
    '/api/schedules/:name/slots',
    {
      schema: {
        operationId: 'listSlots',
        tags: ['schedules'],
        summary: 'What became of a schedule’s slots, latest first',
        params: ScheduleName,
        querystring: SlotQuery,
        response: { 200: PageOf(SlotSchema, 'A page of slots'), ...problems(404, 422) },
      },
    },
    async ({ params: { name }, query }) => {
      const filter = { states: namedIn(slotStates, query.state), ...readInstants(query) };
      const page = await listSlots(pool, name, filter, readPage(SlotPosition, query));
      if (!page) throw unknownSchedule(name);
      return toPage(page);
    },
  );
}

/** As `instantSql` writes a time, and the number of missed slots. */
const SlotPosition = Type.Tuple([
  Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{6}Z$' }),
  Type.String({ pattern: '^\\d{1,18}$' }),
]);
