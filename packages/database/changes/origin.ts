import type { Queryable } from '../pool.js';
import { type ChangeTable, changeTables } from './read-changes.js';

/** The table of each kind of change. */
const tableNames: Readonly<Record<ChangeTable, string>> = { run: 'run_change', file: 'file_change', log: 'log' };

/**
 * In which history of transactions a database is: of another server, or of one that was put back to an earlier time, numbers of
 * transactions mean something else. A text without further meaning.
 */
export async function readOrigin(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ origin: string }>(
    `SELECT concat_ws('/', s.system_identifier, c.timeline_id, d.oid) AS origin
     FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d WHERE d.datname = current_database()`,
  );
  const [row] = rows;
  if (!row) throw new Error('expected the server to identify itself, got no row');
  return row.origin;
}

/**
 * From when on changes are kept, in seconds since 1970: the begin of the first month that there is a partition of. Null
 * while a table has no months.
 */
export async function readKeptSince(db: Queryable): Promise<Readonly<Record<ChangeTable, number | null>>> {
  const { rows } = await db.query<{ table: string; since: number | null }>(
    `SELECT parent.relname AS table,
       min(extract(epoch FROM substring(pg_get_expr(month.relpartbound, month.oid) FROM $$FROM \\('([^']+)'\\)$$)::timestamptz))::float8 AS since
     FROM pg_class parent JOIN pg_inherits i ON i.inhparent = parent.oid JOIN pg_class month ON month.oid = i.inhrelid
     WHERE parent.relnamespace = 'ops'::regnamespace AND parent.relname = ANY ($1) GROUP BY parent.relname`,
    [Object.values(tableNames)],
  );
  const since = (table: ChangeTable): number | null =>
    rows.find((row) => row.table === tableNames[table])?.since ?? null;
  return { run: since('run'), file: since('file'), log: since('log') };
}

/** Rows that one statement mends. */
const mendedAtOnce = 10_000;

/**
 * Marks rows of transactions that this server has not begun yet as old. They came with a dump of another server, and would
 * be taken for new ones when the numbers of this one's transactions get there. A row that a statement sees was written by
 * a transaction before the statement's moment, or elsewhere. To be done before changes are read by their transactions; costs a
 * look into an index where nothing is to be done.
 * @returns how many rows
 */
export async function forgetForeignTransactions(db: Queryable): Promise<number> {
  let mended = 0;
  for (const table of changeTables) {
    const foreign = `FROM ops.${tableNames[table]} WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint`;
    const { rows } = await db.query<{ found: boolean }>(`SELECT EXISTS (SELECT ${foreign}) AS found`);
    for (let count = rows[0]?.found === true ? mendedAtOnce : 0; count === mendedAtOnce; mended += count) {
      const { rowCount } = await db.query(
        `UPDATE ops.${tableNames[table]} SET xid = 0 WHERE (at, id) IN (SELECT at, id ${foreign} LIMIT ${mendedAtOnce})`,
      );
      count = rowCount ?? 0;
    }
  }
  return mended;
}
