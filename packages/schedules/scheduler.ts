import type { Catalogue } from '#catalogue/catalogue.js';
import { messageOf } from '#contracts/errors.js';
import type { OpenRun } from '#contracts/open-run.js';
import { type Pool, transaction } from '#database/pool.js';
import { type Clock, databaseClock } from '#database/schedules/schedule-types.js';
import { findDueSchedules, lockSchedule } from '#database/schedules/schedules.js';
import type { Logger } from '#process/log.js';
import type { Carrier } from '#queue/carrier.js';
import { sendJobs } from '#queue/jobs.js';
import { type Settled, settleSchedule } from './settle.js';

export interface SchedulerDeps {
  readonly pool: Pool;
  readonly carrier: Carrier;
  readonly catalogue: Catalogue;
  readonly log: Logger;
  /** The database's clock if not given. */
  readonly clock?: Clock;
}

/** Fires the slots of schedules. */
export interface Scheduler {
  /**
   * Decides about all slots whose time has come, of all schedules that no other process decides about right now. Any
   * number of processes may do this at a time: a schedule's row is locked while its slots are decided.
   * @returns how many slots were decided
   */
  pass(): Promise<number>;
  /** Milliseconds until there is something to do again, as far as the last pass knows; at most a few seconds. */
  waitMs(): number;
  /** Waits until the jobs of new runs have been sent, or given up. */
  close(): Promise<void>;
}

/** The longest wait: a schedule that is made or changed meanwhile is noticed then. */
const maxWaitMs = 5_000;
/** The wait while slots wait for runs to end. */
const pendingMs = 1_000;
/** The wait when another process was at all that was due. */
const againMs = 250;
/** The wait when something could not be decided. */
const errorMs = 1_000;
/** After how long the slots of a task that this process does not know are decided here: nobody else seems to know it. */
const unknownMs = 30_000;
/** Schedules of one look, and looks of one pass. */
const maxSchedules = 100;
const maxLooks = 20;

export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { pool, catalogue, log, clock = databaseClock } = deps;
  const tasks = [...catalogue.keys()];
  const sender = createSender(deps);
  let waitMs = 0;

  /** @returns how many slots were decided; undefined when another process is at it */
  const settle = async (id: string): Promise<number | undefined> => {
    const done = await transaction(pool, async (tx) => {
      const schedule = await lockSchedule(tx, { id }, clock, 'SKIP LOCKED');
      return schedule && { name: schedule.name, settled: await settleSchedule(tx, catalogue, schedule) };
    });
    if (!done) return undefined;
    const { slots, missed, open } = done.settled;
    sender.send(open);
    report(log, done.name, done.settled);
    return slots.length + (missed?.slots ?? 0);
  };

  return {
    waitMs: () => waitMs,
    close: () => sender.close(),
    async pass() {
      waitMs = errorMs;
      let decided = 0;
      for (let looks = 1; looks <= maxLooks; looks += 1) {
        const look = await findDueSchedules(pool, { clock, tasks, unknownMs, limit: maxSchedules });
        if (look.due.length === 0) {
          waitMs = Math.min(look.waitMs ?? maxWaitMs, look.isPending ? pendingMs : maxWaitMs);
          return decided;
        }
        let isStuck = true;
        waitMs = againMs;
        for (const id of look.due) {
          try {
            const slots = await settle(id);
            if (slots === undefined) continue;
            isStuck = false;
            decided += slots;
          } catch (error) {
            waitMs = errorMs;
            log.error({ err: error, schedule: id }, `slots of a schedule could not be decided: ${messageOf(error)}`);
          }
        }
        if (isStuck) return decided;
      }
      return decided;
    },
  };
}

/** Logs what people should look at. */
function report(log: Logger, name: string, { slots, missed }: Settled): void {
  if (missed) log.warn({ schedule: name, ...missed }, `slots of the schedule ${name} were missed: ${missed.reason}`);
  for (const { state, slotAt, reason } of slots) {
    if (state !== 'failed') continue;
    log.warn({ schedule: name, slotAt: new Date(slotAt) }, `a slot of the schedule ${name} has failed: ${reason}`);
  }
}

/** Milliseconds that the carrier has to take jobs. */
const sendMs = 2_000;

/** Adds jobs beside the work: a carrier that is away must not make slots late, which do not need it. */
function createSender({ carrier, log }: SchedulerDeps): {
  send(open: readonly OpenRun[]): void;
  close(): Promise<void>;
} {
  const unsent: OpenRun[] = [];
  let sending: Promise<void> | undefined;
  const sendAll = async (): Promise<void> => {
    while (unsent.length > 0) {
      await sendJobs(carrier, unsent.splice(0), {
        onFailure: (message, error) => log.warn({ err: error }, message),
        limitMs: sendMs,
      });
    }
    sending = undefined;
  };
  return {
    send(open) {
      if (open.length === 0) return;
      unsent.push(...open);
      sending ??= sendAll();
    },
    close: async () => await sending,
  };
}
