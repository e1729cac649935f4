import type { Vitals } from '#process/vitals.js';
import type { Queryable } from '../pool.js';

/** A worker process. */
export interface WorkerIdentity {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly terms?: WorkerTerms;
}

/** What a worker says of itself once. */
export interface WorkerTerms {
  /** The version of Millrace that it runs. */
  readonly version: string;
  /** How many runs of each queue it takes at a time. */
  readonly slots: Readonly<Record<string, number>>;
  /** How often it gives a sign of life, in milliseconds. */
  readonly beatMs: number;
  /** Milliseconds without one after which its runs are given to others. */
  readonly goneMs: number;
}

/** Says that a worker lives, how it is, and which runs it holds; the first call registers it. */
export async function beatHeart(
  db: Queryable,
  { id, host, pid, terms }: WorkerIdentity,
  active: readonly string[],
  vitals?: Vitals,
): Promise<void> {
  await db.query(
    `INSERT INTO ops.worker (id, host, pid, active, version, slots, beat_ms, gone_ms, rss, heap, loop_delay_ms, cpu)
     VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11, $12)
     ON CONFLICT (id) DO UPDATE SET seen_at = now(), beats = worker.beats + 1, active = excluded.active,
       rss = excluded.rss, heap = excluded.heap, loop_delay_ms = excluded.loop_delay_ms, cpu = excluded.cpu,
       stopped_at = NULL`,
    [
      ...[id, host, pid, active],
      ...[terms?.version, terms && JSON.stringify(terms.slots), terms?.beatMs, terms?.goneMs],
      ...[vitals?.rss, vitals?.heap, vitals?.loopDelayMs, vitals?.cpu],
    ],
  );
}

/** Says that a worker has stopped in good order. */
export async function stopHeart(db: Queryable, workerId: string): Promise<void> {
  await db.query(`UPDATE ops.worker SET stopped_at = now(), active = '{}' WHERE id = $1`, [workerId]);
}
