import type { Queryable } from '../pool.js';

/** A worker process. */
export interface WorkerIdentity {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
}

/** Says that a worker lives and which runs it holds; the first call registers it. */
export async function beatHeart(db: Queryable, worker: WorkerIdentity, active: readonly string[]): Promise<void> {
  await db.query(
    `INSERT INTO ops.worker (id, host, pid, active) VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET seen_at = now(), beats = worker.beats + 1, active = excluded.active,
       stopped_at = NULL`,
    [worker.id, worker.host, worker.pid, active],
  );
}

/** Says that a worker has stopped in good order. */
export async function stopHeart(db: Queryable, workerId: string): Promise<void> {
  await db.query(`UPDATE ops.worker SET stopped_at = now(), active = '{}' WHERE id = $1`, [workerId]);
}
