import type { Pool } from '../pool.js';
import { conditions } from './conditions.js';
import { whenWords } from './log-search.js';
import { type Page, type PageRequest, takePage } from './page.js';
import type { SearchWords } from './search-words.js';

/** Which lines of a run's log are wanted. */
export interface LogFilter {
  readonly levels?: readonly string[] | undefined;
  readonly attempt?: number | undefined;
  readonly text?: SearchWords | undefined;
}

/** One line of a run's log. */
export interface LogLine {
  readonly id: string;
  readonly attempt: number;
  readonly at: string;
  readonly level: string;
  readonly message: string;
  readonly fields: unknown;
}

/** A run's log, oldest line first; undefined when the record does not know the run. */
export async function listLogs(
  pool: Pool,
  runId: string,
  filter: LogFilter,
  { after, limit }: PageRequest<string>,
): Promise<Page<LogLine, string> | undefined> {
  const where = conditions();
  where.when(runId, (p) => `l.run_id = ${p}::uuid`);
  where.when(filter.levels, (p) => `l.level = ANY (${p}::text[])`);
  where.when(filter.attempt, (p) => `l.attempt = ${p}::int`);
  where.when(after, (p) => `l.id > ${p}::bigint`);
  whenWords(where, filter.text);
  const { rows } = await pool.query<Omit<LogLine, 'at'> & { at: Date }>(
    `SELECT l.id::text AS id, l.attempt, l.at, l.level, l.message, l.fields FROM ops.log l
     WHERE ${where.sql()} ORDER BY l.id LIMIT ${where.param(limit + 1)}`,
    where.values,
  );
  if (rows.length === 0) {
    const { rowCount } = await pool.query('SELECT FROM ops.run WHERE id = $1', [runId]);
    if (rowCount === 0) return undefined;
  }
  return takePage(
    rows,
    limit,
    ({ at, ...line }) => ({ ...line, at: at.toISOString() }),
    (row) => row.id,
  );
}
