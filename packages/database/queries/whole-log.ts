import type { Pool } from '../pool.js';
import { conditions } from './conditions.js';
import { readingLimitMs, readTogether } from './reading.js';
import { type LogFilter, type LogLine, whenAround, whenSaid } from './run-logs.js';

/** Lines that a statement looks at, and what they may take of memory together; one line alone may take more. */
const partLines = 1_000;
const partBytes = 4 * 2 ** 20;

/** A run's log as it stands. */
export interface WholeLog {
  readonly runId: string;
  /** Name of the run's task. */
  readonly task: string;
  /** Id of its last line; null without any. */
  readonly lastId: string | null;
}

/** Where a run's log ends now; undefined when the record does not know the run. */
export async function findLog(pool: Pool, runId: string): Promise<WholeLog | undefined> {
  const { rows } = await pool.query<WholeLog>(
    `SELECT id AS "runId", task, (SELECT max(l.id)::text FROM ops.log l WHERE l.run_id = $1) AS "lastId"
     FROM ops.run WHERE id = $1`,
    [runId],
  );
  return rows[0];
}

/**
 * The lines of a log that a filter leaves, the oldest first, as many at a time as are held; none of a part where none fits, so that a
 * reader can leave in the middle of a long search. Nothing is held between two parts. A part is given up by the database when it takes
 * too long: SQLSTATE 57014.
 */
export async function* readWholeLog(
  pool: Pool,
  log: WholeLog,
  filter: LogFilter,
): AsyncGenerator<LogLine[], void, undefined> {
  if (log.lastId === null) return;
  for (let after: string | null | undefined = filter.after; after !== null; ) {
    const { lines, reached } = await readPart(pool, log, { ...filter, after });
    after = reached === log.lastId ? null : reached;
    yield lines;
  }
}

interface Part {
  readonly lines: LogLine[];
  /** Id of the last line that was looked at; null behind the end. */
  readonly reached: string | null;
}

type PartRow = { readonly reached: string | null } & (
  | (Omit<LogLine, 'at'> & { readonly at: Date })
  | { readonly id: null }
);

/** How much is looked at does not depend on how rare the lines are that fit: no statement takes long. */
async function readPart(pool: Pool, { runId, lastId }: WholeLog, filter: LogFilter): Promise<Part> {
  const where = conditions();
  where.when(runId, (p) => `l.run_id = ${p}::uuid`);
  where.when(lastId, (p) => `l.id <= ${p}::bigint`);
  whenAround(where, filter);
  const wanted = conditions(where.values);
  whenSaid(wanted, filter);
  const sql = `WITH part AS MATERIALIZED (
      SELECT * FROM (
        SELECT l.*, sum(l.bytes) OVER (ORDER BY l.id) - l.bytes AS bytes_before
        FROM (
          SELECT l.id, l.task, l.attempt, l.at, l.level, l.message, l.fields,
            octet_length(l.message) + COALESCE(pg_column_size(l.fields), 0) AS bytes
          FROM ops.log l WHERE ${where.sql()} ORDER BY l.id LIMIT ${where.param(partLines)}
        ) l
      ) l WHERE l.bytes_before < ${where.param(partBytes)}
    )
    SELECT part_end.id::text AS reached, l.id::text AS id, l.attempt, l.at, l.level, l.message, l.fields
    FROM (SELECT max(id) AS id FROM part) part_end LEFT JOIN part l ON ${wanted.sql()} ORDER BY l.id`;
  const { rows } = await readTogether(pool, readingLimitMs, (tx) => tx.query<PartRow>(sql, where.values));
  return {
    lines: rows.flatMap((row) => {
      if (row.id === null) return [];
      const { id, attempt, at, level, message, fields } = row;
      return [{ id, attempt, at: at.toISOString(), level, message, fields }];
    }),
    reached: rows[0]?.reached ?? null,
  };
}
