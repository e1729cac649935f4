import type { Catalogue } from '#catalogue/catalogue.js';
import type { OpenRun } from '#contracts/open-run.js';
import type { TaskDefinition } from '#contracts/task.js';
import { type Pool, type Tx, transaction } from '#database/pool.js';
import type { RunOrigin } from '#database/runs/record-run.js';
import type { Clock, LockedSchedule, ScheduleFields, ScheduleOrigin } from '#database/schedules/schedule-types.js';
import {
  deleteSchedule,
  insertSchedule,
  lockSchedule,
  readNow,
  updateSchedule,
} from '#database/schedules/schedules.js';
import { recordMissed } from '#database/schedules/slots.js';
import { checkInput } from '#runs/check-input.js';
import { startRunWithin } from '#runs/start-run.js';
import { rangeOf } from './due-slots.js';
import { ScheduleRefusedError } from './errors.js';
import { requestOf } from './fire-slot.js';
import { calendarOf, isSameRule } from './rule.js';
import { settleSchedule } from './settle.js';

export interface ChangeDeps {
  readonly pool: Pool;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
}

/** What a change has come to. The jobs of new runs are the caller's to add. */
export interface Changed {
  readonly open: readonly OpenRun[];
}

/**
 * Records a new schedule. Its first slot is the first one from now on.
 * @throws CalendarError, InvalidInputError, ScheduleRefusedError
 */
export async function createSchedule(
  { pool, catalogue, clock }: ChangeDeps,
  name: string,
  origin: ScheduleOrigin,
  fields: ScheduleFields,
): Promise<void> {
  const calendar = calendarOf(fields);
  checkTask(catalogue, fields);
  const now = await readNow(pool, clock);
  const timing = { nextAt: calendar.next(now) ?? null, decidedAt: now };
  if (await insertSchedule(pool, name, origin, fields, timing)) return;
  throw new ScheduleRefusedError('exists', `a schedule is named ${JSON.stringify(name)} already; choose another name`);
}

function checkTask(
  catalogue: Catalogue,
  { task: name, input }: Pick<ScheduleFields, 'task' | 'input'>,
): TaskDefinition {
  const task = catalogue.get(name);
  if (!task) throw new ScheduleRefusedError('off', `no task is named ${JSON.stringify(name)} here`);
  checkInput(catalogue, task, input);
  return task;
}

/**
 * Does something to a schedule in one transaction, once all slots whose time has come are decided as it was before.
 * @returns undefined when no schedule has the name
 */
async function withSchedule(
  { pool, catalogue, clock }: ChangeDeps,
  name: string,
  work: (tx: Tx, schedule: LockedSchedule) => Promise<Changed>,
): Promise<Changed | undefined> {
  return await transaction(pool, async (tx) => {
    const schedule = await lockSchedule(tx, { name }, clock);
    if (!schedule) return undefined;
    const settled = await settleSchedule(tx, catalogue, schedule);
    const changed = await work(tx, schedule);
    return { open: [...settled.open, ...changed.open] };
  });
}

const nothing: Changed = { open: [] };

/** Changes what the API may change of a schedule. @throws as `createSchedule` */
export async function changeSchedule(
  deps: ChangeDeps,
  name: string,
  fieldsOf: (schedule: LockedSchedule) => ScheduleFields,
): Promise<Changed | undefined> {
  return await withSchedule(deps, name, async (tx, schedule) => {
    refuseUnless('api', schedule);
    const fields = fieldsOf(schedule);
    calendarOf(fields);
    checkTask(deps.catalogue, fields);
    await writeFields(tx, schedule, fields);
    return nothing;
  });
}

/** A new rule holds from now on; what follows by the old one is not decided twice, and not lost. */
export async function writeFields(tx: Tx, schedule: LockedSchedule, fields: ScheduleFields): Promise<void> {
  const { id, pausedAt, now } = schedule;
  const next = isSameRule(schedule, fields) && schedule.offAt === null ? schedule.nextAt : null;
  // Settled, whatever is not after now is decided.
  const nextAt = next !== null && next > now ? next : (calendarOf(fields).next(now) ?? null);
  const timing = { nextAt: pausedAt === null ? nextAt : null, decidedAt: now, pausedAt, offAt: null };
  await updateSchedule(tx, id, fields, timing);
}

/** Pauses a schedule: no slot fires before it is resumed. Nothing happens to one that is paused. */
export async function pauseSchedule(deps: ChangeDeps, name: string): Promise<Changed | undefined> {
  return await withSchedule(deps, name, async (tx, schedule) => {
    refuseOff(schedule);
    const { id, pausedAt, offAt, now } = schedule;
    if (pausedAt !== null) return nothing;
    await updateSchedule(tx, id, schedule, { nextAt: null, decidedAt: now, pausedAt: now, offAt });
    return nothing;
  });
}

/** Resumes a schedule: the slots of the pause are recorded as missed, whatever `catchUp` says. */
export async function resumeSchedule(deps: ChangeDeps, name: string): Promise<Changed | undefined> {
  return await withSchedule(deps, name, async (tx, schedule) => {
    refuseOff(schedule);
    const { id, pausedAt, offAt, now } = schedule;
    if (pausedAt === null) return nothing;
    const calendar = calendarOf(schedule);
    const first = calendar.next(pausedAt);
    const last = calendar.previous(now + 1);
    if (first !== undefined && last !== undefined && first <= last) {
      await recordMissed(tx, id, now, rangeOf(calendar, first, last, 'the schedule was paused'));
    }
    const nextAt = calendar.next(now) ?? null;
    await updateSchedule(tx, id, schedule, { nextAt, decidedAt: now, pausedAt: null, offAt });
    return nothing;
  });
}

/** Takes a schedule away with the record of its slots; its runs stay. */
export async function removeSchedule(deps: ChangeDeps, name: string): Promise<Changed | undefined> {
  return await withSchedule(deps, name, async (tx, schedule) => {
    // Nothing would bring back one whose folder does not define it any more.
    if (schedule.offAt === null) refuseUnless('api', schedule);
    await deleteSchedule(tx, schedule.id);
    return nothing;
  });
}

/**
 * Runs a schedule by hand, at no slot and whatever its other runs do.
 * @param origin who asks for it
 * @throws InvalidInputError when the input does not fit the task any more, ScheduleRefusedError
 */
export async function runSchedule(
  { pool, catalogue, clock }: ChangeDeps,
  name: string,
  origin?: RunOrigin,
): Promise<{ readonly id: string; readonly open: OpenRun | undefined } | undefined> {
  return await transaction(pool, async (tx) => {
    const schedule = await lockSchedule(tx, { name }, clock);
    if (!schedule) return undefined;
    refuseOff(schedule);
    const task = checkTask(catalogue, schedule);
    const request = { ...requestOf(schedule, 'api', { name, slotAt: null }), origin };
    const { id, open } = await startRunWithin(tx, catalogue, task, request);
    return { id, open };
  });
}

function refuseUnless(origin: ScheduleOrigin, schedule: LockedSchedule): void {
  if (schedule.origin === origin) return;
  throw new ScheduleRefusedError(
    'of-task',
    `the schedule ${schedule.name} is defined in the folder of the task ${schedule.task}; change it there and start the workers anew`,
  );
}

export function refuseOff(schedule: LockedSchedule): void {
  if (schedule.offAt === null) return;
  throw new ScheduleRefusedError(
    'off',
    `the folder of the task ${schedule.task} does not define the schedule ${schedule.name} any more; its record stays until it is deleted`,
  );
}
