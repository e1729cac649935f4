import { Type } from 'typebox';
import { nextSlots, openCalendar } from '#calendar/calendar.js';
import { slotStates } from '#contracts/schedule.js';
import { listSchedules, listSlots } from '#database/schedules/views.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { ListQuery, namedIn, OneOrMore, PageOf, problems, TimeBound } from '../../http/schemas.js';
import { readInstants } from '../../http/time-range.js';
import { namingFields, unknownSchedule } from '../../schedules/problems.js';
import { showSchedule, withSlotsLately } from '../../schedules/show.js';
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

/** Times of a rule that are shown if the request does not say. */
const shown = 10;
/** Of more than ten times, those of ten years: rare ones are looked for through all the days between them. */
const furthestMs = 3_653 * 86_400_000;

const PreviewQuery = Type.Object(
  {
    ...ruleOptions,
    from: TimeBound('After this time; now if not given'),
    to: TimeBound('Until this time; with a limit of more than ten at most ten years after from'),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 500, default: shown, description: 'How many times at most' }),
    ),
  },
  {
    additionalProperties: false,
  },
);

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
      const { items, ...page } = await listSchedules(pool, filter, readPage(Type.String(), query));
      return toPage({ ...page, items: await withSlotsLately(pool, items) });
    },
  );

  app.get(
    '/api/schedules/preview',
    {
      schema: {
        operationId: 'previewSchedule',
        tags: ['schedules'],
        summary: 'The next times of a rule that is only tried, ten if not said otherwise',
        querystring: PreviewQuery,
        response: { 200: PreviewSchema, ...problems(422) },
      },
    },
    async ({ query }) => {
      const range = readInstants(query);
      const { cron, everyMs, timezone, limit = shown } = query;
      const from = range.from === undefined ? Date.now() : Date.parse(range.from);
      const to = range.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(range.to);
      const last = limit > shown ? Math.min(to, from + furthestMs) : to;
      const calendar = await namingFields('', () => openCalendar({ cron, everyMs, timezone }));
      return { next: nextSlots(calendar, from, limit, last).map((slot) => new Date(slot).toISOString()) };
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
    async ({ params: { name } }) => await showSchedule(pool, name),
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
