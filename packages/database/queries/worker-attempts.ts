import type { AttemptState } from '#contracts/states.js';
import type { Pool, Queryable } from '../pool.js';
import { type Conditions, conditions } from './conditions.js';
import { type Page, type PageRequest, takePage } from './page.js';
import { readingLimitMs, readTogether } from './reading.js';
import { instantSql, shortInstant } from './times.js';
import { goneMsSql } from './workers.js';

/** One try of a run by a worker. Times are ISO-8601 in UTC. */
export interface WorkerAttempt {
  readonly runId: string;
  readonly task: string;
  readonly number: number;
  readonly state: AttemptState;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly error: unknown;
}

/** Where a page of attempts ends: `startedAt` with microseconds. */
export interface AttemptPosition {
  readonly startedAt: string;
  readonly runId: string;
  readonly number: number;
}

/** Up to so many attempts of a worker are all read and put in order; of more, a page is found along the time. */
const fewAttempts = 2_000;

/**
 * What a worker has tried, the last begun first; undefined when no worker has that id. Given up by the database where what is
 * asked for is rare among very many: SQLSTATE 57014.
 */
export async function listWorkerAttempts(
  pool: Pool,
  workerId: string,
  states: readonly AttemptState[] | undefined,
  { after, limit }: PageRequest<AttemptPosition>,
): Promise<Page<WorkerAttempt, AttemptPosition> | undefined> {
  return await readTogether(pool, readingLimitMs, async (tx) => {
    const worker = await findLife(tx, workerId);
    if (!worker) return undefined;
    await tx.query('SET LOCAL enable_seqscan = off');
    const where = conditions();
    whenOf(where, worker);
    where.when(states, (p) => `a.state::text = ANY (${p}::text[])`);
    if (after) {
      const { startedAt, runId, number } = after;
      const values = [`${where.param(startedAt)}::timestamptz`, `${where.param(runId)}::uuid`, where.param(number)];
      where.and(`(a.started_at, a.run_id, a.number) < (${values.join(', ')})`);
    }
    const order = 'a.started_at DESC, a.run_id DESC, a.number DESC';
    // The tasks are looked up for the page's attempts alone.
    const { rows } = await tx.query<WorkerAttempt>(
      `SELECT a.run_id AS "runId", r.task, a.number, a.state, ${instantSql('a.started_at')} AS "startedAt",
         ${instantSql('a.ended_at')} AS "endedAt", a.error
       FROM (SELECT * FROM ops.attempt a WHERE ${where.sql()} ORDER BY ${order} LIMIT ${where.param(limit + 1)}) a
       JOIN ops.run r ON r.id = a.run_id ORDER BY ${order}`,
      where.values,
    );
    return takePage(
      rows,
      limit,
      (row) => ({
        ...row,
        startedAt: shortInstant(row.startedAt),
        endedAt: row.endedAt === null ? null : shortInstant(row.endedAt),
      }),
      ({ startedAt, runId, number }) => ({ startedAt, runId, number }),
    );
  });
}

/** A worker, and within which time its attempts began. ISO-8601. */
interface Life {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly hasFew: boolean;
}

async function findLife(db: Queryable, id: string): Promise<Life | undefined> {
  const { rows } = await db.query<Life>(
    `SELECT w.id, ${instantSql('w.started_at')} AS from,
       ${instantSql(`(w.seen_at + ${goneMsSql} * interval '1 millisecond')`)} AS to,
       (SELECT count(*) FROM (SELECT FROM ops.attempt WHERE worker_id = w.id LIMIT $2) own) < $2 AS "hasFew"
     FROM ops.worker w WHERE w.id = $1`,
    [id, fewAttempts],
  );
  return rows[0];
}

/**
 * The attempts of a worker that has many are found among those that all workers began in its time, by an index of the time alone: one of
 * workers and times would be larger than the table.
 */
function whenOf(where: Conditions, { id, from, to, hasFew }: Life): void {
  if (hasFew) {
    where.and(`a.worker_id = ${where.param(id)}`);
    return;
  }
  // No index is asked about what is written so.
  where.and(`a.worker_id IS NOT DISTINCT FROM ${where.param(id)}`);
  where.and(`a.started_at BETWEEN ${where.param(from)}::timestamptz AND ${where.param(to)}::timestamptz`);
}
