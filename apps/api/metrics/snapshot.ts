import type { Pool } from '#database/pool.js';
import {
  type FileAge,
  type LeaseFigure,
  type QueueFigure,
  type QueueWait,
  readFileAges,
  readLeases,
  readQueues,
  readQueueWaits,
  readWorkerFigures,
  type WorkerFigures,
} from '#database/queries/platform-figures.js';
import { readTotals, type Totals } from '#database/queries/totals.js';
import { listMends, type Mended } from '#database/runs/mends.js';
import { shareFor } from '#process/share-for.js';
import { withTimeLimit } from '#process/time-limit.js';

/** What the record says of the whole platform at one moment. */
export interface PlatformFigures {
  readonly totals: Totals;
  readonly queues: readonly QueueFigure[];
  readonly waits: readonly QueueWait[];
  readonly ages: readonly FileAge[];
  readonly mends: readonly Mended[];
  readonly workers: readonly WorkerFigures[];
  readonly leases: readonly LeaseFigure[];
  /** How long it took to read them. */
  readonly seconds: number;
}

/** Scrapes within this time share what was read, however many ask: ms. */
const freshMs = 3_000;
/** Prometheus gives a scrape up after ten seconds, as a rule. */
const limitMs = 8_000;

/** @param queues names of all queues */
export function platformFigures(pool: Pool, queues: readonly string[]): () => Promise<PlatformFigures> {
  const read = async (): Promise<PlatformFigures> => {
    const began = performance.now();
    // One after the other: metrics are to take one connection from the pool, and not all of them.
    const totals = await readTotals(pool);
    const counts = await readQueues(pool);
    const waits = await readQueueWaits(pool, queues);
    const ages = await readFileAges(pool);
    const mends = await listMends(pool);
    const workers = await readWorkerFigures(pool);
    const leases = await readLeases(pool);
    const seconds = (performance.now() - began) / 1_000;
    return { totals, queues: counts, waits, ages, mends, workers, leases, seconds };
  };
  return shareFor(freshMs, () => withTimeLimit(read(), limitMs, 'the database'));
}
