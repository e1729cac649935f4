import type { FileState, RunState } from '#contracts/states.js';
import { changesSince, readWithPending, runDeltas } from '../changes/pending.js';
import type { Pool, Queryable } from '../pool.js';
import { type WorkerState, workerStateSql } from './workers.js';

/** Open runs of a queue, by state. */
export interface QueueFigure {
  readonly queue: string;
  readonly state: RunState;
  readonly count: number;
}

/** Of the runs of a queue that could begin: for how long the one has waited that has waited longest. */
export interface QueueWait {
  readonly queue: string;
  readonly seconds: number;
}

/** Of the files that are in a state: for how long the oldest of them has been known. */
export interface FileAge {
  readonly state: FileState;
  readonly seconds: number;
}

/** A worker as metrics show it; null is what it did not say. */
export interface WorkerFigures {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string | null;
  readonly state: WorkerState;
  readonly slots: Readonly<Record<string, number>> | null;
  readonly rss: number | null;
  readonly heap: number | null;
  readonly loopDelayMs: number | null;
  readonly cpu: number | null;
  /** Seconds since its last sign of life. */
  readonly silentSeconds: number;
  /** Runs that it held then. */
  readonly runs: number;
}

/** How often the holders of a lease have given a sign of life. */
export interface LeaseFigure {
  readonly name: string;
  readonly beats: number;
}

const open = `state IN ('queued', 'delayed', 'waiting', 'running')`;

/** How many runs of each queue are open, from the tallies: a few ms, however many there are. */
export async function readQueues(pool: Pool): Promise<QueueFigure[]> {
  return await readWithPending(pool, async (tx, { since }) => {
    const values: unknown[] = [];
    const { rows } = await tx.query<QueueFigure>(
      `WITH change AS MATERIALIZED (${changesSince('run_change', since, values)})
       SELECT queue, state, sum(runs)::float8 AS count FROM (
         SELECT queue, state, runs FROM ops.run_tally WHERE grain = 'ever'
         UNION ALL SELECT queue, state, runs FROM (${runDeltas('change', 'ops.run_deletion')}) delta
       ) now WHERE ${open} GROUP BY 1, 2 HAVING sum(runs) > 0 ORDER BY 1, 2`,
      values,
    );
    return rows;
  });
}

/**
 * The oldest are looked for among so many of the first by id: those that come later were recorded later, and only a run that
 * is tried again has a wait that began later than its id says.
 */
const firstMany = 100;

/**
 * `IS TRUE` has each queue look through its own open runs, and not through what waits in the others.
 * @param queues all that there are
 */
export async function readQueueWaits(db: Queryable, queues: readonly string[]): Promise<QueueWait[]> {
  const { rows } = await db.query<QueueWait>(
    `SELECT q.queue, GREATEST(0, extract(epoch FROM now() - min(first.available_at)))::float8 AS seconds
     FROM unnest($1::text[]) AS q (queue) CROSS JOIN LATERAL (
       SELECT r.available_at FROM ops.run r WHERE r.queue = q.queue AND r.${open} AND (r.state = 'queued' AND NOT r.held) IS TRUE
       ORDER BY r.id LIMIT ${firstMany}) first
     GROUP BY q.queue`,
    [queues],
  );
  return rows;
}

/** Files that arrive, and those that stand still and wait for their turn, not for rows of other files. */
export async function readFileAges(db: Queryable): Promise<FileAge[]> {
  const oldest = (state: FileState, more: string): string =>
    `SELECT '${state}' AS state, extract(epoch FROM now() - min(seen_at))::float8 AS seconds FROM (
       SELECT seen_at FROM ops.file WHERE state = '${state}' AND current ${more} ORDER BY id LIMIT ${firstMany}) first
     HAVING min(seen_at) IS NOT NULL`;
  const { rows } = await db.query<FileAge>(
    `${oldest('arriving', '')} UNION ALL ${oldest('settled', 'AND NOT waiting')}`,
  );
  return rows;
}

/** Workers that have given a sign of life within the last hour and did not say that they stop; at most 500. */
export async function readWorkerFigures(db: Queryable): Promise<WorkerFigures[]> {
  const { rows } = await db.query<WorkerFigures>(
    `SELECT id, host, pid, version, ${workerStateSql} AS state, slots, rss::float8 AS rss, heap::float8 AS heap,
       loop_delay_ms AS "loopDelayMs", cpu, extract(epoch FROM now() - seen_at)::float8 AS "silentSeconds", cardinality(active) AS runs
     FROM ops.worker w WHERE stopped_at IS NULL AND seen_at > now() - interval '1 hour' ORDER BY id DESC LIMIT 500`,
  );
  return rows;
}

export async function readLeases(db: Queryable): Promise<LeaseFigure[]> {
  const { rows } = await db.query<LeaseFigure>(
    `SELECT replace(name, 'millrace ', '') AS name, beats::float8 AS beats FROM ops.lease ORDER BY name`,
  );
  return rows;
}
