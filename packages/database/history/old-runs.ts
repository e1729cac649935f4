import type { Queryable, Tx } from '../pool.js';

/** Which flows are old. */
export interface OldFlows {
  /** Recorded before. */
  readonly before: Date;
  /** All of their runs had ended before. */
  readonly endedBefore: Date;
}

/**
 * Whether the flow of the root `r` is old: all of it has ended, no file names a run of it as the one that loaded it, and none
 * left results that are kept by their run. Rows lead to the run that loaded them for as long as they stand (promise 4).
 */
const isOld = `r.parent_id IS NULL AND r.created_at < $1 AND r.ended_at < $2
  AND NOT EXISTS (
    SELECT FROM (SELECT r.id, r.ended_at UNION ALL
      SELECT c.id, c.ended_at FROM ops.run c WHERE c.root_id = r.id AND c.parent_id IS NOT NULL) one
    WHERE one.ended_at IS NULL OR one.ended_at >= $2
      OR EXISTS (SELECT FROM ops.file f WHERE f.run_id = one.id)
      OR EXISTS (SELECT FROM dwd.face_comparison d WHERE d.run_id = one.id)
      OR EXISTS (SELECT FROM recordings.frame_faces d WHERE d.run_id = one.id))`;

/** A moment of the database's clock. */
export async function databaseNow(db: Queryable): Promise<Date> {
  const { rows } = await db.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const [row] = rows;
  if (!row) throw new Error('the database did not say what time it is');
  return row.now;
}

/** The month of a run by when it was recorded, `202601`. */
const monthOf = `to_char(r.created_at, 'YYYYMM')`;

/** Flows of one month whose rows this transaction has locked. */
export interface LockedFlows {
  readonly month: string;
  /** The runs at their roots, ascending; never none. */
  readonly roots: readonly string[];
}

/**
 * Locks the oldest of the old flows, all of one month, so that nobody retries a run of them meanwhile. Flows that somebody else
 * has locked are left out.
 * @param after the root behind which to look
 */
export async function lockOldFlows(
  tx: Tx,
  { before, endedBefore }: OldFlows,
  after: string,
  limit: number,
): Promise<LockedFlows | undefined> {
  const { rows } = await tx.query<{ id: string; month: string }>(
    // The bound on ids, which are made of the time, ends the search; a clock may be wrong by a day.
    `SELECT r.id, ${monthOf} AS month FROM ops.run r
     WHERE r.id > $3::uuid AND r.id < $4::uuid AND ${isOld} ORDER BY r.id LIMIT $5 FOR UPDATE SKIP LOCKED`,
    [before, endedBefore, after, lowestId(before.getTime() + 86_400_000), limit],
  );
  const month = rows[0]?.month;
  if (month === undefined) return undefined;
  const roots = rows.filter((row) => row.month === month).map(({ id }) => id);
  await tx.query(
    'SELECT FROM ops.run WHERE root_id = ANY ($1::uuid[]) AND parent_id IS NOT NULL ORDER BY id FOR UPDATE',
    [roots],
  );
  // A child may have been retried while its lock was waited for.
  const { rows: still } = await tx.query<{ id: string }>(
    `SELECT r.id FROM ops.run r WHERE r.id = ANY ($3::uuid[]) AND ${isOld} ORDER BY r.id`,
    [before, endedBefore, roots],
  );
  return { month, roots: still.map(({ id }) => id) };
}

/** The least UUID of version 7 of a time (RFC 9562, 5.7: the first 48 bits are milliseconds since 1970). */
function lowestId(millis: number): string {
  const hex = Math.max(0, millis).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** The condition on the run `r` that finds all runs of some flows. @param roots the placeholder of their roots */
export const inFlows = (roots: string): string =>
  `(r.id = ANY (${roots}::uuid[]) OR (r.root_id = ANY (${roots}::uuid[]) AND r.parent_id IS NOT NULL))`;

/** Deletes flows with all that belongs to their runs alone: attempts, steps, the lists of their files. @returns how many runs */
export async function deleteFlows(tx: Tx, roots: readonly string[]): Promise<number> {
  const { rowCount } = await tx.query(`DELETE FROM ops.run r WHERE ${inFlows('$1')}`, [roots]);
  return rowCount ?? 0;
}
