import type { Pool, Queryable } from '../pool.js';
import { type Conditions, conditions } from './conditions.js';
import { whenWords } from './log-search.js';
import { type Page, type PageRequest, takePage } from './page.js';
import { readingLimitMs, readTogether } from './reading.js';
import type { SearchWords } from './search-words.js';

/** Which lines of a run's log are wanted. */
export interface LogFilter {
  readonly levels?: readonly string[] | undefined;
  readonly attempt?: number | undefined;
  readonly text?: SearchWords | undefined;
  /** Only lines before, or after, the line with this id. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** The newest line first, or the oldest. */
export const logSorts = ['at', '-at'] as const;
export type LogSort = (typeof logSorts)[number];

/** One line of a run's log. */
export interface LogLine {
  readonly id: string;
  readonly attempt: number;
  readonly at: string;
  readonly level: string;
  readonly message: string;
  readonly fields: unknown;
}

/**
 * A run's log, oldest line first if not asked otherwise; undefined when the record does not know the run. Given up by the database
 * when it takes too long: SQLSTATE 57014.
 */
export async function listLogs(
  pool: Pool,
  runId: string,
  filter: LogFilter,
  { after, limit, sort }: PageRequest<string> & { readonly sort: LogSort },
): Promise<Page<LogLine, string> | undefined> {
  const where = whereLines(runId, filter);
  where.when(after, (p) => `l.id ${sort === 'at' ? '>' : '<'} ${p}::bigint`);
  return await readTogether(pool, readingLimitMs, async (tx) => {
    const { rows } = await tx.query<Omit<LogLine, 'at'> & { at: Date }>(
      `SELECT l.id::text AS id, l.attempt, l.at, l.level, l.message, l.fields FROM ops.log l
       WHERE ${where.sql()} ORDER BY l.id ${sort === 'at' ? '' : 'DESC'} LIMIT ${where.param(limit + 1)}`,
      where.values,
    );
    if (rows.length === 0 && !(await isRun(tx, runId))) return undefined;
    return takePage(
      rows,
      limit,
      ({ at, ...line }) => ({ ...line, at: at.toISOString() }),
      (row) => row.id,
    );
  });
}

/** How many lines a run's log has. */
export interface LogCounts {
  readonly count: number;
  /** False when there are so many that not all were counted. */
  readonly isComplete: boolean;
  /** By level and attempt; those without lines are left out. */
  readonly groups: readonly { readonly level: string; readonly attempt: number; readonly count: number }[];
}

/** Lines that are counted: a second's work at most. */
const maxCounted = 200_000;

/** Counts the lines of a run's log; undefined when the record does not know the run. Given up likewise. */
export async function countLogs(pool: Pool, runId: string, filter: LogFilter): Promise<LogCounts | undefined> {
  const where = whereLines(runId, filter);
  return await readTogether(pool, readingLimitMs, async (tx) => {
    const { rows } = await tx.query<LogCounts['groups'][number]>(
      `SELECT level, attempt, count(*)::int AS count
       FROM (SELECT l.level, l.attempt FROM ops.log l WHERE ${where.sql()} LIMIT ${where.param(maxCounted)}) line
       GROUP BY level, attempt ORDER BY attempt, level`,
      where.values,
    );
    const count = rows.reduce((sum, row) => sum + row.count, 0);
    if (count === 0 && !(await isRun(tx, runId))) return undefined;
    return { count, isComplete: count < maxCounted, groups: rows };
  });
}

function whereLines(runId: string, filter: LogFilter) {
  const where = conditions();
  where.when(runId, (p) => `l.run_id = ${p}::uuid`);
  whenAround(where, filter);
  whenSaid(where, filter);
  return where;
}

/** The conditions on where the line `l` stands in its log. */
export function whenAround(where: Conditions, { before, after }: LogFilter): void {
  where.when(before, (p) => `l.id < ${p}::bigint`);
  where.when(after, (p) => `l.id > ${p}::bigint`);
}

/** The conditions on what the line `l` says, and in which attempt. */
export function whenSaid(where: Conditions, { levels, attempt, text }: LogFilter): void {
  where.when(levels, (p) => `l.level = ANY (${p}::text[])`);
  where.when(attempt, (p) => `l.attempt = ${p}::int`);
  whenWords(where, text);
}

const isRun = async (db: Queryable, id: string): Promise<boolean> =>
  (await db.query('SELECT FROM ops.run WHERE id = $1', [id])).rowCount === 1;
