import type { OpenRun } from '#contracts/open-run.js';
import type { Queryable, Tx } from '../pool.js';

/** The runs of the task `task` that are under way. */
export const underWay = (task: string): string =>
  `(SELECT count(*)::int FROM ops.run under_way WHERE under_way.state = 'running' AND under_way.task = ${task})`;

/**
 * Whether no attempt of a run may begin, whose row this transaction has locked: its task is paused, or others of it that are
 * under way are as many as may be. Where there is a limit nobody else begins one before this transaction has ended.
 * @returns the task, if so
 */
export async function findClosedGate(tx: Tx, runId: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ task: string; paused: boolean; concurrency: number | null }>(
    `SELECT task, paused, concurrency FROM ops.task_setting
     WHERE task = (SELECT task FROM ops.run WHERE id = $1) AND (paused OR concurrency IS NOT NULL) FOR NO KEY UPDATE`,
    [runId],
  );
  const [gate] = rows;
  if (!gate || gate.paused) return gate?.task;
  // Only now, so that it sees what those who held the lock have begun.
  const others = await tx.query<{ number: number }>(
    `SELECT count(*)::int AS number FROM ops.run WHERE state = 'running' AND task = $1 AND id <> $2`,
    [gate.task, runId],
  );
  return (others.rows[0]?.number ?? 0) < (gate.concurrency ?? Number.POSITIVE_INFINITY) ? undefined : gate.task;
}

/** Parks a run whose row this transaction has locked; one whose attempt is lost has none that is under way then. */
export async function park(tx: Tx, runId: string): Promise<void> {
  await tx.query(
    `UPDATE ops.run SET parked = true, updated_at = now(), losses = losses + (state = 'running')::int,
       error = CASE WHEN state = 'running' THEN ${lostError} ELSE error END,
       state = CASE WHEN state = 'running' THEN 'queued' ELSE state END
     WHERE id = $1 AND (state = 'running' OR NOT parked)`,
    [runId],
  );
}

/** What is recorded of an attempt that a later one found lost. */
export const lostError = `'{"name":"LostError","message":"its worker died, stalled or was cut off; a later attempt took over"}'::jsonb`;

interface LetGoRow extends Omit<OpenRun, 'parent' | 'delayMs'> {
  readonly parent: OpenRun['parent'] | null;
}

/** `r` is a run whose job is to be taken soon. */
const openRun = `r.id, r.task, r.queue, r.priority, (SELECT CASE WHEN parent.state = 'waiting'
    THEN json_build_object('id', parent.id, 'queue', parent.queue) END FROM ops.run parent WHERE parent.id = r.parent_id) AS parent`;
const toOpenRun = ({ parent, ...run }: LetGoRow): OpenRun => ({ ...run, delayMs: 0, parent: parent ?? undefined });

const mayStart = `r.state IN ('queued', 'delayed', 'waiting')`;

/**
 * Lets go of parked runs of a task, in the order of their priority and then of their ids: of as many as there is room for.
 * @returns runs whose jobs are the caller's to wake
 */
export async function letGo(db: Queryable, task: string, limit: number): Promise<OpenRun[]> {
  const { rows } = await db.query<LetGoRow>(
    `WITH gate AS MATERIALIZED (
       SELECT CASE WHEN s.paused THEN 0 WHEN s.concurrency IS NULL THEN $2
           ELSE GREATEST(0, LEAST($2, s.concurrency - ${underWay('s.task')})) END AS room
       FROM (SELECT $1::text AS task) asked LEFT JOIN ops.task_setting s ON s.task = asked.task
     ), next AS MATERIALIZED (
       SELECT r.id FROM ops.run r WHERE r.parked AND r.task = $1 AND ${mayStart}
       ORDER BY r.priority, r.id LIMIT (SELECT room FROM gate) FOR NO KEY UPDATE SKIP LOCKED
     )
     UPDATE ops.run r SET parked = false, updated_at = now() FROM next WHERE r.id = next.id RETURNING ${openRun}`,
    [task, limit],
  );
  return rows.map(toOpenRun);
}

/** The tasks that have parked runs and are not paused. */
export async function listTasksToLetGo(db: Queryable): Promise<string[]> {
  // Runs are parked only where something was set.
  const { rows } = await db.query<{ task: string }>(
    `SELECT s.task FROM ops.task_setting s
     WHERE NOT s.paused AND (SELECT true FROM ops.run r WHERE r.parked AND r.task = s.task LIMIT 1)`,
  );
  return rows.map(({ task }) => task);
}

/** Those of some runs that were parked and have been let go since. */
export async function keepLetGo(db: Queryable, ids: readonly string[]): Promise<OpenRun[]> {
  const { rows } = await db.query<LetGoRow>(
    `SELECT ${openRun} FROM ops.run r WHERE r.id = ANY ($1::uuid[]) AND NOT r.parked AND ${mayStart}`,
    [ids],
  );
  return rows.map(toOpenRun);
}
