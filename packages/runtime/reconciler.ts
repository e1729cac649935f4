import type { Pool } from '#database/pool.js';
import { countOpenRuns, exclusively, keepOpenRuns, listOpenRuns } from '#database/runs/reconcile.js';
import type { Logger } from '#process/log.js';
import type { Carrier } from '#queue/carrier.js';
import { countOpenJobs, findRunsWithoutJob, restoreJobs } from '#queue/jobs.js';

export interface ReconcilerDeps {
  readonly pool: Pool;
  readonly carrier: Carrier;
  readonly log: Logger;
  /** Milliseconds after which a worker that has not been seen counts as gone. */
  readonly aliveMs: number;
}

/** Every so many passes each open run is held against its job, whether or not the counts look right. */
const thoroughEvery = 12;
const pageSize = 500;

/** Holds the record against the carrier. */
export interface Reconciler {
  /**
   * One pass: finds recorded runs without a job (a flushed Redis, a crash between recording and adding) and adds
   * them again (promise 1). Of all processes one does it at a time; for the others it is a no-op.
   * @returns how many jobs were put back
   */
  pass(): Promise<number>;
}

export function createReconciler(deps: ReconcilerDeps): Reconciler {
  let passes = 0;
  return {
    async pass() {
      const thorough = passes % thoroughEvery === 0;
      passes += 1;
      let restored = 0;
      await exclusively(deps.pool, 'millrace reconciler', async () => {
        for (const { queue, runs } of await countOpenRuns(deps.pool)) {
          // Cheap first: with a job for every run there is most likely the right job for every run.
          if (!thorough && (await countOpenJobs(deps.carrier, queue)) >= runs) continue;
          restored += await restoreQueue(deps, queue);
        }
      });
      if (restored > 0)
        deps.log.warn({ restored }, 'recorded runs had no job in the carrier; their jobs were added again');
      return restored;
    },
  };
}

async function restoreQueue(deps: ReconcilerDeps, queue: string): Promise<number> {
  let restored = 0;
  let after: string | undefined;
  for (;;) {
    const page = await listOpenRuns(deps.pool, queue, { after, limit: pageSize, aliveMs: deps.aliveMs });
    // Asked in this order, a run that ends in between is not taken for one that lost its job.
    const lost = await keepOpenRuns(deps.pool, await findRunsWithoutJob(deps.carrier, page));
    await restoreJobs(deps.carrier, lost);
    restored += lost.length;
    after = page.at(-1)?.id;
    if (page.length < pageSize || after === undefined) return restored;
  }
}
