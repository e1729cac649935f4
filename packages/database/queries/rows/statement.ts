import { escapeIdentifier } from 'pg';
import type { ColumnType, TableDefinition } from '#contracts/dataset.js';
import type { Tx } from '../../pool.js';
import { quoteTable } from '../../quote.js';
import { type Conditions, conditions, containsPattern } from '../conditions.js';
import { instantSql, shortInstant, shortWallTime, wallTimeSql } from '../times.js';
import type { SortKey } from './keys.js';
import type { DatasetRow, RowPosition, RowQuery, RowValue } from './row-query.js';

/** A row with its position in the order that was asked for. */
export interface PositionedRow {
  readonly row: DatasetRow;
  readonly position: RowPosition;
}

/** The conditions of a query on the table as `d`, to which a walk adds its own. */
export function queryConditions({ conditions: wanted, fileId, table }: RowQuery): Conditions {
  const where = conditions();
  where.when(fileId, (p) => `d.file_id = ${p}::bigint`);
  for (const { column, operator, value } of wanted) {
    const type = table.columns.find(({ name }) => name === column)?.type;
    const sql = `d.${escapeIdentifier(column)}`;
    if (operator === 'contains') where.and(`${sql} ILIKE ${where.param(containsPattern(String(value)))}`);
    // A text gets the type of its column, which may be one of fixed length.
    else if (type === undefined || type === 'text') where.and(`${sql} ${operator} ${where.param(value)}`);
    else where.and(`${sql} ${operator} ${where.param(value)}::${type}`);
  }
  return where;
}

/**
 * The first rows that conditions leave, in the order of some keys. Values are put into words outside of the limit, for the
 * rows that are wanted only.
 */
export async function readRows(
  tx: Tx,
  query: RowQuery,
  keys: readonly SortKey[],
  where: Conditions,
  limit: number,
): Promise<PositionedRow[]> {
  const text = selectRows(query, keys, where, { limit: where.param(limit), run: true, position: true });
  const { rows } = await tx.query<RowValue[]>({ text, values: where.values, rowMode: 'array' });
  return rows.map((values) => toPositionedRow(values, query.table));
}

/** What a statement of rows has beside their values. */
interface RowSelection {
  /** SQL of how many rows at most; all of them if not given. */
  readonly limit?: string;
  /** Whether to look up the run that loaded each row. */
  readonly run: boolean;
  /** Whether to add the values of the keys as texts. */
  readonly position: boolean;
}

/**
 * SQL of rows in the order of some keys: file, ordinal, run, the declared columns. Values are put into words after the rows
 * are sorted: as words they take more room in a sort.
 */
export function selectRows(
  { table, descending }: Pick<RowQuery, 'table' | 'descending'>,
  keys: readonly SortKey[],
  where: Conditions,
  { limit, run, position }: RowSelection,
): string {
  const { columns, oneRowPerFile } = table;
  const inner = [...columns.map(({ name }) => escapeIdentifier(name)), 'file_id'];
  if (oneRowPerFile !== true) inner.push('ordinal');
  const order = keys.map(({ sql }) => `${sql} ${descending ? 'DESC' : 'ASC'}`).join(', ');
  const outer = [
    'p.file_id',
    oneRowPerFile === true ? '0' : 'p.ordinal',
    run ? '(SELECT f.run_id FROM ops.file f WHERE f.id = p.file_id)' : 'NULL',
    ...columns.map(({ name, type }) => valueSql(`p.${escapeIdentifier(name)}`, type)),
    ...(position ? keys : []).map(({ name, type }) => `(${valueSql(`p.${escapeIdentifier(name)}`, type)})::text`),
  ];
  return `SELECT ${outer.join(', ')}
    FROM (SELECT ${inner.map((name) => `d.${name}`).join(', ')} FROM ${quoteTable(table.table)} d
      WHERE ${where.sql()} ORDER BY ${order}${limit === undefined ? '' : ` LIMIT ${limit}`}) p`;
}

function toPositionedRow(values: readonly RowValue[], table: TableDefinition): PositionedRow {
  const position = values.slice(3 + table.columns.length).map((value) => (value === null ? null : String(value)));
  return { row: toRow(values, table), position };
}

/** A row as `selectRows` reads it. */
export function toRow(
  [fileId, ordinal, runId, ...rest]: readonly RowValue[],
  { columns }: TableDefinition,
): DatasetRow {
  const values = columns.map(({ type }, at) => shorten(rest[at] ?? null, type));
  return { fileId: String(fileId), ordinal: Number(ordinal), runId: runId === null ? null : String(runId), values };
}

/** SQL for a value as it is shown, but for its decimals; the same text is read back when it stands in a position. */
export function valueSql(sql: string, type: ColumnType): string {
  switch (type) {
    case 'timestamptz':
      return instantSql(sql);
    case 'timestamp':
      return wallTimeSql(sql);
    case 'date':
      return `to_char(${sql}, 'YYYY-MM-DD')`;
    case 'bigint':
    case 'numeric':
    case 'time':
      return `${sql}::text`;
    default:
      return sql;
  }
}

function shorten(value: RowValue, type: ColumnType): RowValue {
  if (typeof value !== 'string') return value;
  if (type === 'timestamptz') return shortInstant(value);
  return type === 'timestamp' ? shortWallTime(value) : value;
}
