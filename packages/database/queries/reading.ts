import { type Pool, type Tx, transaction } from '../pool.js';

/** How long a statement of a list, a detail or an export may take before the database gives it up: ms. */
export const readingLimitMs = 10_000;

/**
 * Runs statements that only read and see one moment together, however much is loaded meanwhile. One that takes longer
 * than `limitMs` is given up by the database: SQLSTATE 57014.
 */
export function readTogether<T>(pool: Pool, limitMs: number, work: (tx: Tx) => Promise<T>): Promise<T> {
  return transaction(pool, async (tx) => {
    await tx.query(
      `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL statement_timeout = ${Math.ceil(limitMs)}`,
    );
    return work(tx);
  });
}
