import type { Queryable } from '../pool.js';

/** A counter that goes on while something lives. One look says nothing: compare two, by a clock of your own. */
export interface SignOfLife {
  readonly id: string;
  /**
   * Differs from that of the last look when it gave a sign of life since; a watcher every 2 s, a worker as often as it
   * reconciles.
   */
  readonly mark: string;
}

/** What gives signs of life in a database. */
export interface SignsOfLife {
  /**
   * The watcher that leads; undefined when none has since the database was made. Its mark stands still when it is gone.
   */
  readonly watcher: SignOfLife | undefined;
  /**
   * Workers that have not said goodbye; those that were killed are among them, and stand still. The latest come first.
   */
  readonly workers: readonly (SignOfLife & { readonly active: number })[];
}

/** Workers that are looked at: those that were killed never say goodbye. */
const maxWorkers = 200;

/**
 * Reads the counters. A caller that asks repeatedly notes them with `watchStandstill` (packages/process/standstill.ts),
 * which says for how long each has stood still, whatever becomes of the wall clocks.
 */
export async function readSignsOfLife(db: Queryable): Promise<SignsOfLife> {
  const leases = await db.query<SignOfLife>(
    `SELECT sessions AS id, concat_ws(' ', term, beats) AS mark FROM ops.lease WHERE name = 'millrace watcher'`,
  );
  const workers = await db.query<SignOfLife & { active: number }>(
    `SELECT id, beats::text AS mark, cardinality(active) AS active FROM ops.worker
     WHERE stopped_at IS NULL ORDER BY id DESC LIMIT $1`,
    [maxWorkers],
  );
  return { watcher: leases.rows[0], workers: workers.rows };
}
