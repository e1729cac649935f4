import type { Pool, Queryable } from '../pool.js';
import type { OpenRun } from './record-run.js';

/** How many runs of each queue must have a job in the carrier now. */
export async function countOpenRuns(db: Queryable): Promise<{ queue: string; runs: number }[]> {
  const { rows } = await db.query<{ queue: string; runs: number }>(
    `SELECT queue, count(*)::int AS runs FROM ops.run WHERE state IN ('queued', 'delayed', 'running') GROUP BY queue`,
  );
  return rows;
}

/**
 * A page of the open runs of a queue, by id, that ought to have a job. A running one is left out while a worker that
 * was seen within `aliveMs` says that it holds it: its job may be gone, but its work is not. So is one that moved a
 * moment ago: its job is on its way.
 */
export async function listOpenRuns(
  db: Queryable,
  queue: string,
  { after, limit, aliveMs }: { readonly after: string | undefined; readonly limit: number; readonly aliveMs: number },
): Promise<OpenRun[]> {
  const { rows } = await db.query<{ id: string; queue: string; task: string; priority: number; delay_ms: number }>(
    `SELECT r.id, r.queue, r.task, r.priority,
       CASE r.state WHEN 'delayed' THEN (extract(epoch FROM r.available_at - now()) * 1000)::float8 ELSE 0 END AS delay_ms
     FROM ops.run r
     WHERE r.queue = $1 AND r.state IN ('queued', 'delayed', 'running') AND ($2::uuid IS NULL OR r.id > $2)
       AND NOT EXISTS (
         SELECT FROM ops.worker w
         WHERE r.state = 'running' AND r.id = ANY (w.active) AND w.seen_at > now() - $4 * interval '1 millisecond')
       AND r.updated_at < now() - interval '2 seconds'
     ORDER BY r.id LIMIT $3`,
    [queue, after ?? null, limit, aliveMs],
  );
  return rows.map(({ delay_ms: delayMs, ...row }) => ({ ...row, delayMs }));
}

/** Those of some runs that have not ended meanwhile. */
export async function keepOpenRuns(db: Queryable, runs: readonly OpenRun[]): Promise<OpenRun[]> {
  if (runs.length === 0) return [];
  const { rows } = await db.query<{ id: string }>(
    `SELECT id FROM ops.run WHERE id = ANY($1::uuid[]) AND state IN ('queued', 'delayed', 'running')`,
    [runs.map((run) => run.id)],
  );
  const open = new Set(rows.map((row) => row.id));
  return runs.filter((run) => open.has(run.id));
}

/**
 * Runs `work` unless another process of the database does so already, and says whether it ran. The lock is the
 * session's, so a process that dies lets go of it.
 */
export async function exclusively(pool: Pool, name: string, work: () => Promise<void>): Promise<boolean> {
  const client = await pool.connect();
  let failure: Error | undefined;
  const broken = (error: Error): void => {
    failure ??= error;
  };
  client.on('error', broken);
  try {
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock(hashtext($1)) AS held', [name]);
    if (rows[0]?.held !== true) return false;
    try {
      await work();
    } finally {
      await client.query('SELECT pg_advisory_unlock(hashtext($1))', [name]).catch(broken);
    }
    return true;
  } finally {
    client.off('error', broken);
    client.release(failure);
  }
}
