import { Type } from 'typebox';
import { maxEveryMs, minEveryMs } from '#calendar/calendar.js';
import { catchUpNames, overlapNames, slotCauses, slotStates } from '#contracts/schedule.js';
import { component } from '../../http/openapi/component.js';
import { Instant, Json, Nullable, RunId } from '../../http/schemas.js';
import { LabelsSchema, RunState } from './run-schemas.js';

const Count = (description: string) => Type.Integer({ minimum: 0, description });

const cron = Type.String({
  maxLength: 200,
  description: 'Five fields (minute, hour, day of the month, month, day of the week), or six with seconds before them',
  examples: ['10 1 * * *'],
});
const everyMs = Type.Integer({
  minimum: minEveryMs,
  maximum: maxEveryMs,
  description: 'Milliseconds between slots, which are the multiples of it since 1970-01-01T00:00Z',
});
const timezone = Type.String({
  maxLength: 100,
  description: 'Name of the IANA time zone that cron is in',
  examples: ['Asia/Shanghai'],
});
const overlap = Type.Enum([...overlapNames], {
  description:
    'What happens to a slot whose time comes while the run of an earlier one has not ended: it is left out, it waits, or it fires',
});
const catchUp = Type.Enum([...catchUpNames], {
  description: 'What happens to slots that nobody fired within a minute: nothing, the latest fires, or all do',
});
const priority = Type.Integer({
  minimum: 0,
  maximum: 2_097_152,
  description: 'Of its runs: 1 first, higher later; 0 before all numbers; the task’s if not given',
});

/** When the slots are. */
export const ruleOptions = {
  cron: Type.Optional(cron),
  everyMs: Type.Optional(everyMs),
  timezone: Type.Optional(timezone),
};

const termOptions = {
  ...ruleOptions,
  overlap: Type.Optional(overlap),
  catchUp: Type.Optional(catchUp),
  labels: Type.Optional(LabelsSchema),
  priority: Type.Optional(Nullable(priority)),
};

const task = Type.String({ maxLength: 200, description: 'Name of the task' });
const input = Type.Unknown({ description: 'The input of each run; it has to fit the task' });

export const NewScheduleSchema = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$', description: 'Unique; small letters, digits and -' }),
    task,
    input: Type.Optional(input),
    ...termOptions,
  },
  { ...component('NewSchedule'), additionalProperties: false },
);

export const ScheduleChangeSchema = Type.Object(
  { task: Type.Optional(task), input: Type.Optional(input), ...termOptions },
  { ...component('ScheduleChange'), additionalProperties: false },
);

const Counts = Type.Object(
  {
    fired: Count('Fired, by time or caught up'),
    late: Count('Of those: more than five seconds after their time'),
    caughtUp: Count('Of those: they had been missed'),
    backfilled: Count('Fired by a backfill'),
    skipped: Count('Left out because of overlap'),
    failed: Count('Their runs could not be recorded'),
    missed: Count('Not fired, at least so many'),
  },
  component('SlotCounts'),
);

const LastSlot = Type.Object(
  {
    slotAt: Instant,
    state: Type.Enum([...slotStates]),
    runId: Nullable(RunId),
    runState: Nullable(RunState),
  },
  component('LastSlot', 'The latest slot that is decided; of several that were missed the last one'),
);

const Unfired = Type.Object(
  {
    missed: Nullable(
      Type.Number({
        description: 'Nobody fired them in time; null: more than anybody counts. A backfill leaves them missed',
      }),
    ),
    skipped: Count('The run of an earlier slot had not ended'),
    failed: Count('Their runs could not be recorded'),
  },
  component('UnfiredSlots', 'Slots of the last 24 hours that did not become runs'),
);

/** A schedule as lists show it. */
export const ScheduleSchema = Type.Object(
  {
    name: Type.String(),
    origin: Type.Enum(['task', 'api'], { description: 'Defined in the folder of its task, or over the API' }),
    task,
    input: Json,
    cron: Nullable(cron),
    everyMs: Nullable(Type.Number()),
    timezone,
    overlap,
    catchUp,
    labels: Type.Unknown({ description: 'Given to each of its runs' }),
    priority: Nullable(priority),
    pausedAt: Nullable(Instant),
    offAt: Nullable(Instant),
    nextAt: Nullable(Instant),
    pending: Count('Slots that wait for the runs of earlier ones'),
    counts: Counts,
    lastSlot: Nullable(LastSlot),
    unfired: Unfired,
    createdAt: Instant,
    updatedAt: Instant,
  },
  component('Schedule'),
);

const Next = Type.Array(Instant, { description: 'The next ten times' });

export const SlotDaysSchema = Type.Object(
  {
    timezone: Type.String({ description: 'By whose clocks days begin' }),
    days: Type.Array(
      Type.Object(
        {
          day: Type.String({ format: 'date' }),
          from: Instant,
          to: Type.String({ format: 'date-time', description: 'Its last millisecond' }),
          toCome: Count('Times of the rule that are later than now, also while it is paused; 0 when it is off'),
          pending: Count('Wait for the runs of earlier slots'),
          fired: Count('Have a run'),
          caughtUp: Count('Of those: they had been missed'),
          backfilled: Count('Of those: by a backfill'),
          skipped: Count('Left out because of overlap'),
          failed: Count('Their runs could not be recorded'),
          missed: Count('Not fired; those that a backfill fired later are not among them'),
        },
        component('SlotDay'),
      ),
    ),
  },
  component('SlotDays', 'What became of slots, and how many are to come, day by day'),
);

export const ScheduleDetailSchema = Type.Object(
  { ...ScheduleSchema.properties, next: Next },
  component('ScheduleDetail', 'A schedule with its next times'),
);

export const PreviewSchema = Type.Object(
  { next: Type.Array(Instant, { description: 'The next times' }) },
  component('SchedulePreview', 'Times of a rule'),
);

/** What became of a slot, or of several that follow each other and were missed. */
export const SlotSchema = Type.Object(
  {
    slotAt: Instant,
    lastSlotAt: Type.String({ format: 'date-time', description: 'Of several that were missed, the last; else slotAt' }),
    slots: Nullable(Type.Integer({ minimum: 1, description: 'How many; null: more than 10,000' })),
    state: Type.Enum([...slotStates]),
    cause: Nullable(Type.Enum([...slotCauses], { description: 'What had it looked at; null for missed ones' })),
    runId: Nullable(RunId),
    runState: Nullable(RunState),
    reason: Nullable(Type.String({ description: 'Why it has no run, or waited for it' })),
    decidedAt: Instant,
  },
  component('Slot'),
);

export const BackfillRequestSchema = Type.Object(
  {
    from: Type.String({
      maxLength: 40,
      description: 'The first moment: a date, or an ISO-8601 time (without an offset: UTC)',
    }),
    to: Type.String({ maxLength: 40, description: 'The last moment; a date means its whole day' }),
    dryRun: Type.Optional(Type.Boolean({ description: 'True: nothing is fired, only counted' })),
  },
  { ...component('BackfillRequest'), additionalProperties: false },
);

export const BackfillSchema = Type.Object(
  {
    dryRun: Type.Boolean(),
    slots: Count('Slots of the span'),
    settled: Count('Of those: they have their run already, or wait for it'),
    fired: Count('Of those: they got a run, or would get one'),
    failed: Count('Of those: their runs could not be recorded; the slots say why'),
  },
  component('Backfill', 'What a backfill did'),
);
