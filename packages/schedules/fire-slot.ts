import type { Catalogue } from '#catalogue/catalogue.js';
import { BadInputError } from '#contracts/errors.js';
import type { OpenRun } from '#contracts/open-run.js';
import type { RunSchedule } from '#contracts/schedule.js';
import type { Tx } from '#database/pool.js';
import type { LockedSchedule } from '#database/schedules/schedule-types.js';
import { activeTrace } from '#process/tracing/spans.js';
import { type RunRequest, startRunWithin } from '#runs/start-run.js';

/** What firing has come to: a run that is recorded, or why there is none. */
export type Fired = { readonly open: OpenRun } | { readonly reason: string };

/** Records the run of one slot. What is wrong with the schedule is that slot's outcome and holds up nothing else. */
export async function fireSlot(tx: Tx, catalogue: Catalogue, schedule: LockedSchedule, slotAt: number): Promise<Fired> {
  const task = catalogue.get(schedule.task);
  if (!task) {
    return { reason: `no task is named ${JSON.stringify(schedule.task)}; was it renamed or removed?` };
  }
  // Where files are given to a run, some of what was written has to be taken back when one of them cannot be.
  if (task.source) await tx.query('SAVEPOINT slot');
  try {
    const slot = { name: schedule.name, slotAt: new Date(slotAt).toISOString() };
    const { open } = await startRunWithin(tx, catalogue, task, {
      ...requestOf(schedule, 'schedule', slot),
      origin: { trace: activeTrace() },
    });
    if (!open) throw new Error(`a run without an idempotency key was not recorded, that of ${schedule.name}`);
    return { open };
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    if (task.source) await tx.query('ROLLBACK TO SAVEPOINT slot');
    return { reason: error.message };
  }
}

/** What is asked for when a schedule is run. */
export const requestOf = (
  { input, labels, priority }: LockedSchedule,
  trigger: RunRequest['trigger'],
  schedule: RunSchedule,
): RunRequest => ({ input, labels, priority: priority ?? undefined, trigger, schedule });
