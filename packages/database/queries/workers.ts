import type { Queryable } from '../pool.js';
import { conditions } from './conditions.js';
import { type Page, type PageRequest, takePage } from './page.js';
import { instantSql, shortInstant } from './times.js';

/**
 * What is known of a worker's life. `living`: it has given its signs of life. `silent`: three of them did not come. `lost`: none
 * came for so long that its runs were given to others. `stopped`: it said that it stops.
 */
export const workerStates = ['living', 'silent', 'lost', 'stopped'] as const;
export type WorkerState = (typeof workerStates)[number];

/** A worker process, as it was at its last sign of life. Times are ISO-8601 in UTC. */
export interface WorkerView {
  readonly id: string;
  readonly state: WorkerState;
  readonly host: string;
  readonly pid: number;
  /** Null of workers of releases that did not say it, as all other figures. */
  readonly version: string | null;
  /** How many runs of each queue it takes at a time. */
  readonly slots: Record<string, number> | null;
  /** Bytes. */
  readonly rss: number | null;
  readonly heap: number | null;
  /** Milliseconds by which its event loop was late, the 99th percentile. */
  readonly loopDelayMs: number | null;
  /** Cores that it used. */
  readonly cpu: number | null;
  readonly startedAt: string;
  readonly seenAt: string;
  readonly stoppedAt: string | null;
  /** The runs of which it has the latest attempt under way, oldest first. */
  readonly runs: {
    readonly id: string;
    readonly task: string;
    readonly attempt: number;
    readonly since: string;
  }[];
}

/** Of those that do not say how often they give a sign of life, and when they are given up. */
const standard = { beatMs: 5_000, goneMs: 45_000 } as const;

/** SQL of the milliseconds without a sign of life after which the runs of a worker are given to others. */
export const goneMsSql = `COALESCE(w.gone_ms, ${standard.goneMs})`;

/**
 * The state by the database's clock alone, on both sides. For people: what is done with the runs of a worker that is gone is
 * decided without any clock (packages/runs/reconciler.ts).
 */
export const workerStateSql = `CASE WHEN w.stopped_at IS NOT NULL THEN 'stopped'
  WHEN now() - w.seen_at <= 3 * COALESCE(w.beat_ms, ${standard.beatMs}) * interval '1 millisecond' THEN 'living'
  WHEN now() - w.seen_at <= ${goneMsSql} * interval '1 millisecond' THEN 'silent' ELSE 'lost' END`;

const runsSql = `(SELECT COALESCE(json_agg(json_build_object('id', r.id, 'task', r.task, 'attempt', r.attempt,
    'since', ${instantSql('a.started_at')}) ORDER BY a.started_at), '[]')
  FROM ops.run r JOIN ops.attempt a ON a.run_id = r.id AND a.number = r.attempt
  WHERE r.state = 'running' AND a.worker_id = w.id)`;

/** Workers, those that started last first. */
export async function listWorkers(
  db: Queryable,
  states: readonly WorkerState[] | undefined,
  page: PageRequest<string>,
): Promise<Page<WorkerView, string>> {
  return await readWorkers(db, { states }, page);
}

/** One worker; undefined when none has that id. */
export async function findWorker(db: Queryable, id: string): Promise<WorkerView | undefined> {
  return (await readWorkers(db, { id }, { limit: 1 })).items[0];
}

async function readWorkers(
  db: Queryable,
  { states, id }: { readonly states?: readonly WorkerState[] | undefined; readonly id?: string },
  { after, limit }: PageRequest<string>,
): Promise<Page<WorkerView, string>> {
  const where = conditions();
  where.when(states, (p) => `${workerStateSql} = ANY (${p}::text[])`);
  where.when(id, (p) => `w.id = ${p}`);
  where.when(after, (p) => `w.id < ${p}`);
  const { rows } = await db.query<WorkerView>(
    `SELECT w.id, ${workerStateSql} AS state, w.host, w.pid, w.version, w.slots, w.rss::float8 AS rss, w.heap::float8 AS heap,
       w.loop_delay_ms AS "loopDelayMs", w.cpu, ${instantSql('w.started_at')} AS "startedAt",
       ${instantSql('w.seen_at')} AS "seenAt", ${instantSql('w.stopped_at')} AS "stoppedAt",
       CASE WHEN w.stopped_at IS NULL THEN ${runsSql} ELSE '[]' END AS runs
     FROM ops.worker w WHERE ${where.sql()} ORDER BY w.id DESC LIMIT ${where.param(limit + 1)}`,
    where.values,
  );
  return takePage(
    rows,
    limit,
    (row) => ({
      ...row,
      startedAt: shortInstant(row.startedAt),
      seenAt: shortInstant(row.seenAt),
      stoppedAt: row.stoppedAt === null ? null : shortInstant(row.stoppedAt),
      runs: row.runs.map((run) => ({ ...run, since: shortInstant(run.since) })),
    }),
    (row) => row.id,
  );
}
