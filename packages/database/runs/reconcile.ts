import { validate as isUuid } from 'uuid';
import type { OpenRun } from '#contracts/open-run.js';
import type { Queryable } from '../pool.js';
import type { EndedInvocation } from './attempt-ends.js';
import { hasComplete, mayGoOn } from './readiness.js';

/** Numbers of the open runs of a queue. */
export interface OpenRunCounts {
  readonly queue: string;
  /** Those that must have a job in the carrier now. */
  readonly runs: number;
  readonly delayed: number;
  readonly running: number;
  readonly waiting: number;
  /** Those that are held, and have no job. */
  readonly held: number;
  /** Those that are parked, whose jobs are put off. */
  readonly parked: number;
}

export async function countOpenRuns(db: Queryable): Promise<OpenRunCounts[]> {
  const { rows } = await db.query<OpenRunCounts>(
    `SELECT queue, count(*) FILTER (WHERE NOT held)::int AS runs, count(*) FILTER (WHERE state = 'delayed')::int AS delayed,
       count(*) FILTER (WHERE state = 'running')::int AS running, count(*) FILTER (WHERE state = 'waiting')::int AS waiting,
       count(*) FILTER (WHERE held)::int AS held, count(*) FILTER (WHERE parked)::int AS parked
     FROM ops.run WHERE state IN ('queued', 'delayed', 'waiting', 'running') GROUP BY queue`,
  );
  return rows;
}

/** A run that ought to have a job. */
export interface ExpectedRun extends OpenRun {
  readonly state: 'queued' | 'delayed' | 'waiting' | 'running';
  /** Its job is put off until its task lets it go. */
  readonly parked: boolean;
  /** Another one whenever the run's row has changed. */
  readonly mark: string;
}

/** `r` is an open run. The row's transaction stands for its version: no clock can be set so that two are equal. */
const expectedRun = `r.id, r.queue, r.task, r.priority, r.state, r.parked, r.xmin::text AS mark,
  CASE r.state WHEN 'delayed' THEN (extract(epoch FROM r.available_at - now()) * 1000)::float8 ELSE 0 END AS delay_ms,
  r.parent_id, (SELECT p.queue FROM ops.run p WHERE p.id = r.parent_id) AS parent_queue`;

interface ExpectedRow extends Omit<ExpectedRun, 'delayMs' | 'parent'> {
  readonly delay_ms: number;
  readonly parent_id: string | null;
  readonly parent_queue: string | null;
}

const expected = ({ delay_ms: delayMs, parent_id: id, parent_queue: queue, ...row }: ExpectedRow): ExpectedRun => ({
  ...row,
  delayMs,
  parent: id === null || queue === null ? undefined : { id, queue },
});

/** A page of the open runs of a queue, by id. */
export async function listOpenRuns(
  db: Queryable,
  queue: string,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<ExpectedRun[]> {
  const { rows } = await db.query<ExpectedRow>(
    `SELECT ${expectedRun} FROM ops.run r
     WHERE r.queue = $1 AND r.state IN ('queued', 'delayed', 'waiting', 'running') AND NOT r.held AND ($2::uuid IS NULL OR r.id > $2)
     ORDER BY r.id LIMIT $3`,
    [queue, after ?? null, limit],
  );
  return rows.map(expected);
}

/** Some delayed runs whose time came at least `overdueMs` milliseconds ago. */
export async function listOverdueRuns(db: Queryable, overdueMs: number, limit: number): Promise<ExpectedRun[]> {
  const { rows } = await db.query<ExpectedRow>(
    `SELECT ${expectedRun} FROM ops.run r
     WHERE r.state = 'delayed' AND NOT r.parked AND r.available_at < now() - $1 * interval '1 millisecond' ORDER BY r.available_at LIMIT $2`,
    [overdueMs, limit],
  );
  return rows.map(expected);
}

/** Some runs that wait although they may go on. */
export async function listReadyParents(db: Queryable, limit: number): Promise<ExpectedRun[]> {
  const { rows } = await db.query<ExpectedRow>(
    `SELECT ${expectedRun} FROM ops.run r WHERE r.state = 'waiting' AND NOT r.parked AND ${mayGoOn} ORDER BY r.id LIMIT $1`,
    [limit],
  );
  return rows.map(expected);
}

/** A run, if it waits although it may go on. */
export async function findReady(db: Queryable, id: string): Promise<ExpectedRun | undefined> {
  const { rows } = await db.query<ExpectedRow>(
    `SELECT ${expectedRun} FROM ops.run r WHERE r.id = $1 AND r.state = 'waiting' AND ${mayGoOn}`,
    [id],
  );
  return rows.map(expected)[0];
}

/** The parents of some runs that wait although they may go on. */
export async function listReadyParentsOf(db: Queryable, ids: readonly string[]): Promise<ExpectedRun[]> {
  const { rows } = await db.query<ExpectedRow>(
    `SELECT ${expectedRun} FROM ops.run r
     WHERE r.id IN (SELECT parent_id FROM ops.run WHERE id = ANY ($1::uuid[])) AND r.state = 'waiting' AND ${mayGoOn}`,
    [ids],
  );
  return rows.map(expected);
}

/** The parent of a run that has ended, if it waits for several invocations of which the one with that run is complete. */
export async function findReadyParent(
  db: Queryable,
  { parentId, key }: EndedInvocation,
): Promise<ExpectedRun | undefined> {
  const names = [key, key.slice(0, key.lastIndexOf('/') + 1)];
  const { rows } = await db.query<ExpectedRow>(
    `SELECT ${expectedRun} FROM ops.run r WHERE r.id = $1 AND r.state = 'waiting' AND r.awaits ?| $2::text[]
       AND ${hasComplete('(SELECT name FROM unnest($2::text[]) AS name WHERE r.awaits ? name) awaited')}`,
    [parentId, names],
  );
  return rows.map(expected)[0];
}

/**
 * Lets go of the next held run of each window of which none is under way, as happens when those that were under way
 * ended before it was recorded.
 * @returns how many were let go; they have no job yet
 */
export async function releaseIdleWindows(db: Queryable): Promise<number> {
  const { rowCount } = await db.query(
    `UPDATE ops.run r SET held = false, updated_at = now()
     FROM (SELECT DISTINCT ON (h.parent_id, h.invoke_window) h.id FROM ops.run h
           WHERE h.held AND h.state = 'queued' AND NOT EXISTS (
             SELECT FROM ops.run o WHERE o.parent_id = h.parent_id AND o.invoke_window = h.invoke_window AND NOT o.held
               AND o.state IN ('queued', 'delayed', 'waiting', 'running'))
           ORDER BY h.parent_id, h.invoke_window, h.id) next
     WHERE r.id = next.id AND r.held`,
  );
  return rowCount ?? 0;
}

/** A run under way and the worker that has it. */
export interface HeldRun {
  readonly run: ExpectedRun;
  readonly worker: string;
  /** The worker's signs of life so far. */
  readonly beats: string;
  /** The worker says that it holds the run: its job may be gone, but its work is not. */
  readonly isConfirmed: boolean;
}

/** The runs under way: at most one for each slot of a worker, and those of workers that died. */
export async function listHeldRuns(db: Queryable): Promise<HeldRun[]> {
  const { rows } = await db.query<ExpectedRow & { worker: string; beats: string; confirmed: boolean }>(
    `SELECT ${expectedRun}, w.id AS worker, w.beats, r.id = ANY (w.active) AS confirmed
     FROM ops.run r JOIN ops.attempt a ON a.run_id = r.id AND a.number = r.attempt JOIN ops.worker w ON w.id = a.worker_id
     WHERE r.state = 'running'`,
  );
  return rows.map(({ worker, beats, confirmed, ...row }) => ({
    run: expected(row),
    worker,
    beats,
    isConfirmed: confirmed,
  }));
}

/** Those of some runs that have not changed meanwhile. */
export async function keepUnchanged(db: Queryable, runs: readonly ExpectedRun[]): Promise<ExpectedRun[]> {
  if (runs.length === 0) return [];
  const { rows } = await db.query<{ id: string; mark: string }>(
    'SELECT id, xmin::text AS mark FROM ops.run WHERE id = ANY($1::uuid[])',
    [runs.map((run) => run.id)],
  );
  const marks = new Map(rows.map((row) => [row.id, row.mark]));
  return runs.filter((run) => marks.get(run.id) === run.mark);
}

/** Those of some runs that have ended, or that the record does not know. */
export async function listNotOpen(db: Queryable, ids: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id FROM ops.run WHERE id = ANY ($1::uuid[]) AND state IN ('queued', 'delayed', 'waiting', 'running')`,
    [ids.filter((id) => isUuid(id))],
  );
  const open = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => !open.has(id));
}
