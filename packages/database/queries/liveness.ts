import type { Queryable } from '../pool.js';

/** A mark that changes while something lives. One look says nothing: compare two, by a clock of your own. */
export interface SignOfLife {
  readonly id: string;
  /** Differs from that of the last look when it gave a sign of life since. */
  readonly mark: string;
}

/** What gives signs of life in a database. */
export interface SignsOfLife {
  /** The watcher that leads; undefined when none does. */
  readonly watcher: SignOfLife | undefined;
  /** Workers that have not said goodbye; those that were killed are among them, and stand still. The latest come first. */
  readonly workers: readonly SignOfLife[];
}

/** Workers that are looked at: those that were killed never say goodbye. */
const mostWorkers = 200;

/** Reads the marks: of the watcher with the lock its newest statement, of a worker the version of its row. */
export async function readSignsOfLife(db: Queryable): Promise<SignsOfLife> {
  const leaders = await db.query<SignOfLife>(
    `SELECT l.pid::text AS id, (SELECT COALESCE(max(a.query_start)::text, '') FROM pg_stat_activity a
       WHERE a.datname = current_database() AND a.application_name = 'millrace watcher') AS mark
     FROM pg_locks l
     WHERE l.locktype = 'advisory' AND l.granted
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND (l.classid::bigint << 32) | l.objid::bigint = hashtext('millrace watcher')`,
  );
  const workers = await db.query<SignOfLife>(
    `SELECT id, xmin::text AS mark FROM ops.worker WHERE stopped_at IS NULL ORDER BY id DESC LIMIT $1`,
    [mostWorkers],
  );
  return { watcher: leaders.rows[0], workers: workers.rows };
}
