import type { FileState } from '#contracts/states.js';
import type { Queryable } from '../pool.js';
import { conditions, pathPattern } from './conditions.js';
import { type Page, type PageRequest, takePage } from './page.js';
import { instantSql, shortInstant } from './times.js';

/** Which files are wanted; what is left out does not matter. */
export interface FileFilter {
  readonly states?: readonly FileState[] | undefined;
  readonly source?: string | undefined;
  /** Kind of what is wrong with it. */
  readonly code?: string | undefined;
  /** Whether it waits for rows of other files. */
  readonly waiting?: boolean | undefined;
  /** The start of the path, or a pattern in which `*` stands for any characters. */
  readonly path?: string | undefined;
  /** Only files that this run was given. */
  readonly runId?: string | undefined;
}

/** One entry of the ledger: one version of one path. Times are ISO-8601 in UTC. */
export interface LedgerFile {
  readonly id: string;
  readonly source: string | null;
  readonly path: string;
  readonly version: number;
  /** Whether this is the path's newest version. */
  readonly current: boolean;
  /** Bytes. */
  readonly size: number;
  readonly modifiedAt: string;
  /** Lower-case hex; null until the file has settled. */
  readonly sha256: string | null;
  readonly state: FileState;
  readonly code: string | null;
  readonly reason: string | null;
  /** The run and attempt that hold or last decided the file. */
  readonly runId: string | null;
  readonly attempt: number | null;
  readonly duplicateOfId: string | null;
  /** Settled, and waiting for rows of other files. */
  readonly waiting: boolean;
  /** Rows it has in its dataset. */
  readonly rows: number | null;
  /** Of those, how many each dataset has, where its source has several. */
  readonly tableRows: Readonly<Record<string, number>> | null;
  /** Parts of it that could not be taken. */
  readonly rejects: number;
  readonly seenAt: string;
  readonly settledAt: string | null;
  readonly endedAt: string | null;
  readonly updatedAt: string;
}

type FileRow = Omit<LedgerFile, 'size' | 'rows'> & { readonly size: string; readonly rows: string | null };

const columns = `
  f.id, f.source, f.path, f.version, f.current, f.size, f.sha256, f.state, f.code, f.reason, f.run_id AS "runId",
  f.attempt, f.duplicate_of_id AS "duplicateOfId", f.waiting, f.rows,
  f.table_rows AS "tableRows", f.rejects,
  to_char(timestamp '1970-01-01' + f.mtime_ns / 1000 * interval '1 microsecond', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    AS "modifiedAt",
  ${instantSql('f.seen_at')} AS "seenAt", ${instantSql('f.settled_at')} AS "settledAt",
  ${instantSql('f.ended_at')} AS "endedAt", ${instantSql('f.updated_at')} AS "updatedAt"`;

function toFile(row: FileRow): LedgerFile {
  return {
    ...row,
    size: Number(row.size),
    rows: row.rows === null ? null : Number(row.rows),
    modifiedAt: shortInstant(row.modifiedAt),
    seenAt: shortInstant(row.seenAt),
    settledAt: row.settledAt === null ? null : shortInstant(row.settledAt),
    endedAt: row.endedAt === null ? null : shortInstant(row.endedAt),
    updatedAt: shortInstant(row.updatedAt),
  };
}

/** Files, the last seen first. Plain SQL, because Prisma's string filters do not escape LIKE's wildcards. */
export async function listFiles(
  db: Queryable,
  filter: FileFilter,
  { after, limit }: PageRequest<string>,
): Promise<Page<LedgerFile, string>> {
  const where = conditions();
  where.when(filter.states, (p) => `f.state = ANY(${p}::ops.file_state[])`);
  where.when(filter.source, (p) => `f.source = ${p}`);
  where.when(filter.code, (p) => `f.code = ${p}`);
  if (filter.waiting !== undefined) where.and(filter.waiting ? 'f.waiting' : 'NOT f.waiting');
  where.when(filter.path === undefined ? undefined : pathPattern(filter.path), (p) => `f.path LIKE ${p}`);
  where.when(filter.runId, (p) => `f.id IN (SELECT file_id FROM ops.run_file WHERE run_id = ${p})`);
  where.when(after, (p) => `f.id < ${p}`);
  const { rows } = await db.query<FileRow>(
    `SELECT ${columns} FROM ops.file f WHERE ${where.sql()} ORDER BY f.id DESC LIMIT ${where.param(limit + 1)}`,
    where.values,
  );
  return takePage(rows, limit, toFile, (row) => row.id);
}

/** One file, or undefined when the ledger does not know it. */
export async function findFile(db: Queryable, id: string): Promise<LedgerFile | undefined> {
  const { rows } = await db.query<FileRow>(`SELECT ${columns} FROM ops.file f WHERE f.id = $1`, [id]);
  return rows[0] && toFile(rows[0]);
}
