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
  { table, descending }: RowQuery,
  keys: readonly SortKey[],
  where: Conditions,
  limit: number,
): Promise<PositionedRow[]> {
  const { columns, oneRowPerFile } = table;
  const inner = [...columns.map(({ name }) => escapeIdentifier(name)), 'file_id'];
  if (oneRowPerFile !== true) inner.push('ordinal');
  const order = keys.map(({ sql }) => `${sql} ${descending ? 'DESC' : 'ASC'}`).join(', ');
  const outer = [
    'p.file_id',
    oneRowPerFile === true ? '0' : 'p.ordinal',
    '(SELECT f.run_id FROM ops.file f WHERE f.id = p.file_id)',
    ...columns.map(({ name, type }) => valueSql(`p.${escapeIdentifier(name)}`, type)),
    ...keys.map(({ name, type }) => `(${valueSql(`p.${escapeIdentifier(name)}`, type)})::text`),
  ];
  const text = `SELECT ${outer.join(', ')}
    FROM (SELECT ${inner.map((name) => `d.${name}`).join(', ')} FROM ${quoteTable(table.table)} d
      WHERE ${where.sql()} ORDER BY ${order} LIMIT ${where.param(limit)}) p`;
  const { rows } = await tx.query<RowValue[]>({ text, values: where.values, rowMode: 'array' });
  return rows.map((values) => toRow(values, table));
}

function toRow([fileId, ordinal, runId, ...rest]: readonly RowValue[], { columns }: TableDefinition): PositionedRow {
  const values = columns.map(({ type }, at) => shorten(rest[at] ?? null, type));
  const position = rest.slice(columns.length).map((value) => (value === null ? null : String(value)));
  return {
    row: { fileId: String(fileId), ordinal: Number(ordinal), runId: runId === null ? null : String(runId), values },
    position,
  };
}

/** SQL for a value as it is shown, but for its decimals; the same text is read back when it stands in a position. */
function valueSql(sql: string, type: ColumnType): string {
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
