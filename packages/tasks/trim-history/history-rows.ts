import type { DetachedMonth, MonthlyTable } from '#database/history/months.js';
import { inFlows } from '#database/history/old-runs.js';
import type { Tx } from '#database/pool.js';
import { fetchRows } from '#database/queries/snapshot.js';
import { instantSql } from '#database/queries/times.js';
import { quoteTable } from '#database/quote.js';
import type { RowColumn, RowValue } from '#exports/parquet-columns.js';

/** Rows that are held at a time. */
const pageRows = 2_000;

/** A column of the lake's history. */
interface HistoryColumn extends RowColumn {
  /** SQL of its value, of a row `r`. */
  readonly sql: string;
}

type Kind = 'text' | 'integer' | 'bigint' | 'double precision' | 'uuid' | 'timestamptz' | 'json';

const column = (name: string, type: Kind): HistoryColumn => ({ name, type, sql: shownSql(`r.${name}`, type) });

function shownSql(sql: string, type: Kind): string {
  if (type === 'timestamptz') return instantSql(sql);
  return type === 'bigint' || type === 'json' ? `${sql}::text` : sql;
}

const enumeration = (name: string): HistoryColumn => ({ name, type: 'text', sql: `r.${name}::text` });

const changeEnds = [enumeration('was'), enumeration('state')];

const monthlyColumns: Readonly<Record<MonthlyTable, readonly HistoryColumn[]>> = {
  log: [
    column('id', 'bigint'),
    column('run_id', 'uuid'),
    column('attempt', 'integer'),
    column('at', 'timestamptz'),
    column('level', 'text'),
    column('message', 'text'),
    column('fields', 'json'),
  ],
  run_change: [
    column('id', 'bigint'),
    column('at', 'timestamptz'),
    column('run_id', 'uuid'),
    column('task', 'text'),
    column('queue', 'text'),
    enumeration('trigger'),
    ...changeEnds,
    column('attempt', 'integer'),
    column('cause', 'text'),
    column('actor', 'text'),
    column('waited_ms', 'double precision'),
    column('ran_ms', 'double precision'),
  ],
  file_change: [
    column('id', 'bigint'),
    column('at', 'timestamptz'),
    column('file_id', 'bigint'),
    column('source', 'text'),
    ...changeEnds,
    column('run_id', 'uuid'),
    column('code', 'text'),
    column('bytes', 'bigint'),
    column('rows', 'bigint'),
    column('actor', 'text'),
  ],
};

const listOf = (name: string, columns: string, from: string, order: string): HistoryColumn => ({
  name,
  type: 'json',
  sql: `(SELECT json_agg(row_to_json(x))::text FROM (SELECT ${columns} FROM ${from} = r.id ORDER BY ${order}) x)`,
});

const runColumns: readonly HistoryColumn[] = [
  column('id', 'uuid'),
  column('task', 'text'),
  column('queue', 'text'),
  enumeration('state'),
  enumeration('trigger'),
  column('parent_id', 'uuid'),
  column('root_id', 'uuid'),
  column('retry_of', 'uuid'),
  column('schedule', 'text'),
  column('slot_at', 'timestamptz'),
  column('labels', 'json'),
  column('input', 'json'),
  column('output', 'json'),
  column('error', 'json'),
  column('created_at', 'timestamptz'),
  column('started_at', 'timestamptz'),
  column('ended_at', 'timestamptz'),
  listOf('attempts', 'number, state, worker_id, error, started_at, ended_at', 'ops.attempt a WHERE a.run_id', 'number'),
  listOf('files', 'file_id, outcome, reason', 'ops.run_file f WHERE f.run_id', 'ordinal'),
];

/** Rows for a parquet file. */
export interface HistoryRows {
  readonly columns: readonly RowColumn[];
  readonly pages: AsyncGenerator<RowValue[][], void, undefined>;
}

/** All rows of a month that was taken out of its table, in the order of time. */
export function monthRows(tx: Tx, table: MonthlyTable, { name }: DetachedMonth): HistoryRows {
  return rowsOf(tx, monthlyColumns[table], `${quoteTable(name)} r ORDER BY r.at, r.id`, []);
}

/** All runs of some flows, in the order in which they were recorded. */
export function flowRows(tx: Tx, roots: readonly string[]): HistoryRows {
  return rowsOf(tx, runColumns, `ops.run r WHERE ${inFlows('$1')} ORDER BY r.id`, [roots]);
}

function rowsOf(tx: Tx, columns: readonly HistoryColumn[], from: string, values: readonly unknown[]): HistoryRows {
  const text = `SELECT ${columns.map(({ sql }) => sql).join(', ')} FROM ${from}`;
  return { columns, pages: fetchRows<RowValue>(tx, { cursor: 'history_rows', text, values }, pageRows) };
}
