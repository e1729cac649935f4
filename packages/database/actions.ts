import type { Queryable } from './pool.js';
import { conditions } from './queries/conditions.js';
import { type Page, type PageRequest, takePage } from './queries/page.js';
import { instantSql, shortInstant } from './queries/times.js';
import { storableJson } from './storable.js';

/**
 * What people can do by hand: to a queue, to a run, to all runs or files that a filter finds, to a file, to a schedule,
 * or to a task.
 */
export const actionNames = [
  'pause',
  'resume',
  'limit-rate',
  'release-rate-limit',
  'limit-concurrency',
  'cancel-run',
  'retry-run',
  'cancel-runs',
  'retry-runs',
  'replay-files',
  'discard-files',
  'replace-file',
  'create-schedule',
  'change-schedule',
  'delete-schedule',
  'pause-schedule',
  'resume-schedule',
  'run-schedule',
  'backfill-schedule',
  'change-task-settings',
  'restore-task-settings',
] as const;
export type ActionName = (typeof actionNames)[number];

/**
 * Who does something: a program with the token (`bearer`), a person who logged in by name (`user:` and the name) or with the
 * token (`session`), or anybody on this machine, where nobody has to log in (`local`).
 */
export interface Caller {
  readonly caller: 'bearer' | 'session' | 'local' | `user:${string}`;
  /** Which session; the lines of its log-in and log-out have the same. */
  readonly session: string | null;
}

/** What is recorded before it is done. */
export interface ActionRequest extends Caller {
  readonly address: string;
  readonly action: ActionName;
  /** What it is done to: `queue`, `run`, `runs`, `files`, `file:` and its id, or `schedule:` or `task:` and its name. */
  readonly subject: string;
  /** Of an action on queues; null for all queues, and for other actions. */
  readonly queue: string | null;
  readonly runId: string | null;
  /** What came with it, and what came of it. */
  readonly detail: Readonly<Record<string, unknown>> | null;
}

/** One thing that was done by hand. */
export interface Action extends ActionRequest {
  readonly id: string;
  /** ISO-8601 in UTC. */
  readonly at: string;
  /** The HTTP status that it was answered with; null when it is not known whether it was done. */
  readonly status: number | null;
}

/** Records what is about to be done. @returns its id */
export async function insertAction(db: Queryable, request: ActionRequest): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `INSERT INTO ops.action (caller, session, address, action, queue, detail, subject, run_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     RETURNING id`,
    [
      request.caller,
      request.session,
      request.address,
      request.action,
      request.queue,
      request.detail === null ? null : storableJson(request.detail),
      request.subject,
      request.runId,
    ],
  );
  const [row] = rows;
  if (!row) throw new Error('an action was recorded and got no id');
  return row.id;
}

/** Records how it was answered, and what came of it. */
export async function endAction(
  db: Queryable,
  id: string,
  status: number,
  outcome: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await db.query(
    `UPDATE ops.action SET status = $2, detail = NULLIF(COALESCE(detail, '{}') || $3::jsonb, '{}') WHERE id = $1`,
    [id, status, storableJson(outcome)],
  );
}

/** Which actions are wanted; what is left out does not matter. */
export interface ActionFilter {
  readonly actions?: readonly ActionName[] | undefined;
  /** Those of this queue, and those of all queues. */
  readonly queue?: string | undefined;
  readonly subject?: string | undefined;
  readonly runId?: string | undefined;
  /** As it is recorded: `user:ada`. */
  readonly caller?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Actions, newest first. */
export async function listActions(
  db: Queryable,
  filter: ActionFilter,
  { after, limit }: PageRequest<string>,
): Promise<Page<Action, string>> {
  const where = conditions();
  where.when(filter.actions, (p) => `action = ANY(${p}::text[])`);
  where.when(filter.queue, (p) => `subject = 'queue' AND (queue = ${p} OR queue IS NULL)`);
  where.when(filter.subject, (p) => `subject = ${p}`);
  where.when(filter.runId, (p) => `run_id = ${p}::uuid`);
  where.when(filter.caller, (p) => `caller = ${p}`);
  where.when(filter.from, (p) => `at >= ${p}::timestamptz`);
  where.when(filter.to, (p) => `at <= ${p}::timestamptz`);
  where.when(after, (p) => `id < ${p}`);
  const { rows } = await db.query<Action>(
    `SELECT id, ${instantSql('at')} AS at, caller, session, address, action, subject, queue, run_id AS "runId", detail, status
     FROM ops.action WHERE ${where.sql()} ORDER BY id DESC LIMIT ${where.param(limit + 1)}`,
    where.values,
  );
  return takePage(
    rows,
    limit,
    (row) => ({ ...row, at: shortInstant(row.at) }),
    (row) => row.id,
  );
}
