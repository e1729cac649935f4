import { meaningOf } from '#contracts/changes.js';
import type { FileState, RunState } from '#contracts/states.js';
import type { Queryable } from '../pool.js';
import { conditions } from './conditions.js';
import { type Page, type PageRequest, takePage } from './page.js';
import { instantSql, shortInstant } from './times.js';

/** A run that came to another state or another attempt. Times are ISO-8601 in UTC. */
export interface RunChange {
  readonly id: string;
  readonly at: string;
  /** Null of its recording. */
  readonly was: RunState | null;
  readonly state: RunState;
  /** Number of the latest attempt from then on; 0 before the first. */
  readonly attempt: number;
  /** A key of `runCauses`, or the name of an error. */
  readonly cause: string;
  /** The cause in words. */
  readonly meaning: string;
  /** `worker:ID`, `watcher`, `api`, `command`, `bearer`, `user:NAME`, `session:ID` or `local`; null of somebody else's session. */
  readonly actor: string | null;
  /** Of an attempt that began: for how long it could have begun. */
  readonly waitedMs: number | null;
  /** Of an attempt that ended: how long it took. */
  readonly ranMs: number | null;
}

/** The changes of a run, oldest first; undefined when the record does not know it. */
export async function listRunChanges(
  db: Queryable,
  runId: string,
  { after, limit }: PageRequest<string>,
): Promise<Page<RunChange, string> | undefined> {
  const where = conditions();
  where.when(runId, (p) => `run_id = ${p}::uuid`);
  where.when(after, (p) => `id > ${p}`);
  const { rows } = await db.query<Omit<RunChange, 'meaning'>>(
    `SELECT id, ${instantSql('at')} AS at, was, state, attempt, cause, actor, waited_ms AS "waitedMs", ran_ms AS "ranMs"
     FROM ops.run_change WHERE ${where.sql()} ORDER BY id LIMIT ${where.param(limit + 1)}`,
    where.values,
  );
  if (rows.length === 0 && !(await isThere(db, 'run', runId))) return undefined;
  return takePage(
    rows,
    limit,
    (row) => ({ ...row, at: shortInstant(row.at), meaning: meaningOf(row.cause) }),
    (row) => row.id,
  );
}

/** A file that came to another state, or was loaded once more. */
export interface FileChange {
  readonly id: string;
  readonly at: string;
  /** Null of a version that was first seen. */
  readonly was: FileState | null;
  readonly state: FileState;
  /** The run that held or decided it. */
  readonly runId: string | null;
  /** What was wrong with it. */
  readonly code: string | null;
  readonly bytes: number;
  readonly rows: number | null;
  /** As of a run. */
  readonly actor: string | null;
}

/** The changes of a file, oldest first; undefined when the ledger does not know it. */
export async function listFileChanges(
  db: Queryable,
  fileId: string,
  { after, limit }: PageRequest<string>,
): Promise<Page<FileChange, string> | undefined> {
  const where = conditions();
  where.when(fileId, (p) => `file_id = ${p}::bigint`);
  where.when(after, (p) => `id > ${p}`);
  const { rows } = await db.query<FileChange>(
    `SELECT id, ${instantSql('at')} AS at, was, state, run_id AS "runId", code, bytes::float8 AS bytes, rows::float8 AS rows,
       actor
     FROM ops.file_change WHERE ${where.sql()} ORDER BY id LIMIT ${where.param(limit + 1)}`,
    where.values,
  );
  if (rows.length === 0 && !(await isThere(db, 'file', fileId))) return undefined;
  return takePage(
    rows,
    limit,
    (row) => ({ ...row, at: shortInstant(row.at) }),
    (row) => row.id,
  );
}

async function isThere(db: Queryable, table: 'run' | 'file', id: string): Promise<boolean> {
  return (await db.query(`SELECT FROM ops.${table} WHERE id = $1`, [id])).rowCount === 1;
}
