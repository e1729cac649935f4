import { messageOf } from '#contracts/errors.js';
import type { Pool } from '#database/pool.js';
import { keepLetGo, letGo, listTasksToLetGo } from '#database/runs/parked.js';
import type { Logger } from '#process/log.js';
import type { Carrier } from '#queue/carrier.js';
import { wakeJobs } from '#queue/jobs.js';
import { inGroups } from './group.js';

/** What letting go of parked runs needs. */
export interface ParkingDeps {
  readonly pool: Pool;
  readonly carrier: Carrier;
  readonly log: Pick<Logger, 'warn'>;
}

/**
 * For how long the job of a parked run is put off, in milliseconds. It is woken when its run is let go; this is for what nobody
 * thought of.
 */
export const parkedMs = 86_400_000;

/** Runs that are let go at a time. Few, since a worker that dies before it has woken them leaves them to the reconciler. */
const pageSize = 200;

/**
 * Lets go of parked runs of all tasks that are paused no more or have room, and has their jobs taken. Any number of processes
 * may do so. What is missed here, because the carrier is away, the reconciler finds. Never throws.
 */
export async function letGoAll(deps: ParkingDeps): Promise<void> {
  await orLater(deps, async () => {
    for (const task of await listTasksToLetGo(deps.pool)) {
      while ((await letGoPage(deps, task)) === pageSize);
    }
  });
}

async function letGoPage({ pool, carrier }: ParkingDeps, task: string): Promise<number> {
  const runs = await letGo(pool, task, pageSize);
  await wakeJobs(carrier, runs);
  return runs.length;
}

async function orLater({ log }: ParkingDeps, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.warn({ err: error }, `parked runs could not be let go: ${messageOf(error)}; they are let go later`);
  }
}

/** What a worker does about runs that are parked. */
export interface Parking {
  /** To be called when the job of a run that was parked is put off: what let the run go before has not found it so. */
  wakeIfLetGo(run: { readonly runId: string; readonly task: string }): Promise<void>;
  /** To be called when a run of a task with a limit is under way no more. */
  letGo(task: string): void;
}

export function openParking(deps: ParkingDeps): Parking {
  const { pool, carrier } = deps;
  /** What is asked for while this is done is done together then. */
  const together = (work: (items: readonly string[]) => Promise<void>): ((item: string) => Promise<true>) =>
    inGroups<string, true>({
      async together(items) {
        await orLater(deps, () => work(items));
        return items.map(() => true);
      },
      alone: () => Promise.resolve(true),
    });
  const letGoOne = together(async (tasks) => {
    for (const task of new Set(tasks)) await letGoPage(deps, task);
  });
  const check = together(async (ids) => wakeJobs(carrier, await keepLetGo(pool, ids)));
  return {
    async wakeIfLetGo({ runId, task }) {
      await check(runId);
      void letGoOne(task);
    },
    letGo: (task) => void letGoOne(task),
  };
}
