import { Type } from 'typebox';
import type { TableDefinition } from '#contracts/dataset.js';
import { type SortOrder, sortOrdersOf } from '#contracts/dataset-parameters.js';
import type { ReadableDataset } from '#contracts/file-task.js';
import type { Pool } from '#database/pool.js';
import { sortKeys } from '#database/queries/rows/keys.js';
import { listRows } from '#database/queries/rows/list-rows.js';
import type { RowCondition } from '#database/queries/rows/row-query.js';
import { readPage, toPage } from '../http/cursor.js';
import { unprocessable } from '../http/problem.js';
import { refuseSlowQuery } from '../http/slow-query.js';
import { filterAdvice } from './filters.js';
import { toItem } from './rows.js';

/** Which page of a dataset's rows is wanted. */
interface RowPageQuery {
  /** One of `sortNames`. */
  readonly sort: string;
  readonly conditions: readonly RowCondition[];
  readonly fileId?: string | undefined;
  readonly cursor?: string;
  readonly limit?: number;
}

/** Cursors hold the values of sorted columns, and servers and proxies take addresses of 8 kB. */
export const maxCursorLength = 6_000;

/** The orders of a table as the parameter `sort` spells them: by file first. */
export const sortNames = (table: TableDefinition): string[] =>
  sortOrdersOf(table).flatMap(({ name }) => [name, `-${name}`]);

/**
 * The page of rows that a query asks for.
 * @param table where not all rows are wanted: a view of the dataset's table
 * @throws HttpProblem 422 when the cursor is none of this order, 503 when the database took too long
 */
export async function readRowPage(
  pool: Pool,
  { source, dataset }: Pick<ReadableDataset, 'source' | 'dataset'>,
  { sort, conditions, fileId, ...page }: RowPageQuery,
  table: TableDefinition = dataset,
) {
  const order = orderOf(table, sort);
  const descending = sort.startsWith('-');
  const { after, limit } = readPage(positionSchema(table, order, sort), page);
  const query = { table, source: source.name, conditions, fileId, order, descending };
  const rows = await refuseSlowQuery(listRows(pool, query, { after: after?.[1], limit }), filterAdvice(table));
  const answer = toPage({
    items: rows.items.map((row) => toItem(table, row)),
    next: rows.next && [sort, rows.next],
  });
  if ((answer.nextCursor ?? '').length > maxCursorLength) {
    const message = `cannot be ${sort} here: a value of that column is too long to go on from; sort by another one`;
    throw unprocessable([{ path: 'sort', message }]);
  }
  return answer;
}

/** A position in one order says nothing about another, so cursors hold the order's name. */
function positionSchema(table: TableDefinition, order: SortOrder, sort: string) {
  const keys = sortKeys(table, order).length;
  const values = { minItems: order.by === 'file' ? 1 : keys, maxItems: keys };
  return Type.Tuple([Type.Literal(sort), Type.Array(Type.Union([Type.String(), Type.Null()]), values)]);
}

function orderOf(table: TableDefinition, sort: string): SortOrder {
  const order = sortOrdersOf(table).find(({ name }) => name === sort.replace(/^-/, ''));
  if (order) return order;
  throw unprocessable([{ path: 'sort', message: `must be one of ${sortNames(table).join(', ')}` }]);
}
