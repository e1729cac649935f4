import { type Pool, type Queryable, transaction } from '../pool.js';

/**
 * Does what replaces the bytes of a file, one at a time on all machines: of two who replace the same version the second one
 * finds that it has changed. Keeps a connection for as long.
 */
export async function whileReplacing<T>(pool: Pool, id: string, work: (db: Queryable) => Promise<T>): Promise<T> {
  return await transaction(pool, async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('millrace replaces file ' || $1::text, 0))`, [id]);
    return await work(tx);
  });
}
