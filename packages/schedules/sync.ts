import { isDeepStrictEqual } from 'node:util';
import type { OpenRun } from '#contracts/open-run.js';
import type { ScheduleDefinition } from '#contracts/schedule.js';
import type { TaskDefinition } from '#contracts/task.js';
import { transaction } from '#database/pool.js';
import type { LockedSchedule, ScheduleFields } from '#database/schedules/schedule-types.js';
import { lockSchedule, updateSchedule } from '#database/schedules/schedules.js';
import { listScheduleNames } from '#database/schedules/views.js';
import type { Logger } from '#process/log.js';
import { type ChangeDeps, createSchedule, writeFields } from './change.js';
import { ScheduleRefusedError } from './errors.js';
import { settleSchedule } from './settle.js';

/**
 * Records the schedules that the folders of tasks define, as a worker that starts knows them: new ones, changes, and
 * those that a folder does not define any more, which are switched off and keep their history. Schedules of tasks that this worker does not
 * know are left alone, so that workers with different folders do not undo each other's; of two with different definitions of
 * one schedule the one that started last decides.
 * @returns runs whose jobs are to be added
 */
export async function syncSchedules(deps: ChangeDeps & { readonly log: Logger }): Promise<OpenRun[]> {
  const defined = new Map(
    [...deps.catalogue.values()].flatMap((task) =>
      (task.schedules ?? []).map((schedule) => [schedule.name, { task, schedule }] as const),
    ),
  );
  const known = await listScheduleNames(deps.pool, [...deps.catalogue.keys()]);
  const open: OpenRun[] = [];
  for (const [name, { task, schedule }] of defined) open.push(...(await define(deps, name, fieldsOf(task, schedule))));
  for (const name of known) {
    if (!defined.has(name)) await switchOff(deps, name);
  }
  return open;
}

const fieldsOf = (task: TaskDefinition, schedule: ScheduleDefinition): ScheduleFields => ({
  task: task.name,
  input: schedule.input,
  cron: schedule.cron ?? null,
  everyMs: schedule.everyMs ?? null,
  timezone: schedule.timezone ?? 'UTC',
  overlap: schedule.overlap ?? 'skip',
  catchUp: schedule.catchUp ?? 'none',
  labels: schedule.labels ?? {},
  priority: schedule.priority ?? null,
});

type SyncDeps = Parameters<typeof syncSchedules>[0];

async function define(deps: SyncDeps, name: string, fields: ScheduleFields): Promise<readonly OpenRun[]> {
  const { pool, catalogue, clock, log } = deps;
  const open = await transaction(pool, async (tx) => {
    const schedule = await lockSchedule(tx, { name }, clock);
    if (!schedule) return undefined;
    if (schedule.origin === 'api') {
      log.warn(
        { schedule: name },
        `the task ${fields.task} defines a schedule ${name}, but one of this name was made over the API, which stays; rename one of them`,
      );
      return [];
    }
    if (isSame(schedule, fields)) return [];
    const settled = await settleSchedule(tx, catalogue, schedule);
    await writeFields(tx, schedule, fields);
    return settled.open;
  });
  if (open) return open;
  try {
    await createSchedule(deps, name, 'task', fields);
  } catch (error) {
    // Another worker that starts at the same time was faster.
    if (!(error instanceof ScheduleRefusedError) || error.refusal !== 'exists') throw error;
  }
  return [];
}

function isSame(schedule: LockedSchedule, fields: ScheduleFields): boolean {
  const { task, input, cron, everyMs, timezone, overlap, catchUp, labels, priority } = schedule;
  const own: ScheduleFields = { task, input, cron, everyMs, timezone, overlap, catchUp, labels, priority };
  // As JSON has it: what was recorded has been JSON.
  return schedule.offAt === null && isDeepStrictEqual(own, JSON.parse(JSON.stringify(fields)));
}

async function switchOff({ pool, catalogue, clock, log }: SyncDeps, name: string): Promise<void> {
  await transaction(pool, async (tx) => {
    const schedule = await lockSchedule(tx, { name }, clock);
    if (!schedule || schedule.offAt !== null || schedule.origin !== 'task' || !catalogue.has(schedule.task)) return;
    const { id, pausedAt, now } = schedule;
    await updateSchedule(tx, id, schedule, { nextAt: null, decidedAt: now, pausedAt, offAt: now });
    log.warn({ schedule: name }, `the task ${schedule.task} does not define the schedule ${name} any more; it is off`);
  });
}
