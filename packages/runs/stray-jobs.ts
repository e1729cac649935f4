import type { Pool } from '#database/pool.js';
import { listNotOpen, type OpenRunCounts } from '#database/runs/reconcile.js';
import type { Carrier } from '#queue/carrier.js';
import { countOpenJobs, listWaitingJobs, removeJobs } from '#queue/jobs.js';

const pageSize = 500;
/** Jobs that are looked at in one pass, the first of each queue. */
const maxStrays = 5_000;

/**
 * Removes jobs whose runs have ended, where a queue has more jobs than there are runs to have one.
 * @returns how many
 */
export async function removeStrayJobs(
  { pool, carrier, queues }: { readonly pool: Pool; readonly carrier: Carrier; readonly queues: readonly string[] },
  open: readonly OpenRunCounts[],
): Promise<number> {
  let removed = 0;
  for (const queue of queues) {
    const runs = open.find((each) => each.queue === queue)?.runs ?? 0;
    if ((await countOpenJobs(carrier, queue)) <= runs) continue;
    for (let at = 0; at < maxStrays; at += pageSize) {
      const ids = await listWaitingJobs(carrier, queue, { start: at, limit: pageSize });
      const strays = await listNotOpen(pool, ids);
      await removeJobs(
        carrier,
        strays.map((id) => ({ id, queue })),
      );
      removed += strays.length;
      if (ids.length === 0) break;
    }
  }
  return removed;
}
