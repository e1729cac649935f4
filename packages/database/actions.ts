import type { Queryable } from './pool.js';
import { conditions } from './queries/conditions.js';
import { type Page, type PageRequest, takePage } from './queries/page.js';
import { instantSql, shortInstant } from './queries/times.js';

/** What people can do to a queue by hand. */
export const actionNames = ['pause', 'resume', 'limit-rate', 'release-rate-limit', 'limit-concurrency'] as const;
export type ActionName = (typeof actionNames)[number];

/** Who does something: a program with the token, a person who logged in, or anybody on this machine (no token set). */
export interface Caller {
  readonly caller: 'bearer' | 'session' | 'local';
  /** Which session; the lines of its log-in and log-out have the same. */
  readonly session: string | null;
}

/** What is recorded before it is done. */
export interface ActionRequest extends Caller {
  readonly address: string;
  readonly action: ActionName;
  /** Null for all queues. */
  readonly queue: string | null;
  /** The numbers that came with it. */
  readonly detail: Readonly<Record<string, number | null>> | null;
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
    `INSERT INTO ops.action (caller, session, address, action, queue, detail) VALUES ($1, $2, $3, $4, $5, $6)
     RETURNING id`,
    [
      request.caller,
      request.session,
      request.address,
      request.action,
      request.queue,
      request.detail === null ? null : JSON.stringify(request.detail),
    ],
  );
  const [row] = rows;
  if (!row) throw new Error('an action was recorded and got no id');
  return row.id;
}

/** Records how it was answered. */
export async function endAction(db: Queryable, id: string, status: number): Promise<void> {
  await db.query('UPDATE ops.action SET status = $2 WHERE id = $1', [id, status]);
}

/** Which actions are wanted; what is left out does not matter. */
export interface ActionFilter {
  readonly actions?: readonly ActionName[] | undefined;
  /** Those of this queue, and those of all queues. */
  readonly queue?: string | undefined;
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
  where.when(filter.queue, (p) => `(queue = ${p} OR queue IS NULL)`);
  where.when(filter.from, (p) => `at >= ${p}::timestamptz`);
  where.when(filter.to, (p) => `at <= ${p}::timestamptz`);
  where.when(after, (p) => `id < ${p}`);
  const { rows } = await db.query<Action>(
    `SELECT id, ${instantSql('at')} AS at, caller, session, address, action, queue, detail, status
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
