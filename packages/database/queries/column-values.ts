import { escapeIdentifier } from 'pg';
import type { TableDefinition } from '#contracts/dataset.js';
import type { ListedColumn } from '#contracts/listed-values.js';
import { chunkValues, summaryTable, valueTable } from '../datasets/summary.js';
import type { Pool, Tx } from '../pool.js';
import { quoteTable } from '../quote.js';
import { conditions, containsPattern } from './conditions.js';
import { type Page, type PageRequest, takePage } from './page.js';
import { readingLimitMs, readTogether } from './reading.js';

/** Most values that a page looks at along an index; fewer may contain what is asked for. */
const maxSteps = 1_000;

/**
 * The distinct values of a column that has rows with them, ascending, as texts. With `contains` a page may be short, even
 * empty, and still have a next. Given up with SQLSTATE 57014 after `readingLimitMs`.
 */
export function listColumnValues(
  pool: Pool,
  table: TableDefinition,
  listed: ListedColumn,
  contains: string | undefined,
  page: PageRequest<string>,
): Promise<Page<string, string>> {
  return readTogether(pool, readingLimitMs, (tx) =>
    listed.by === 'summary'
      ? readSummary(tx, table, listed, contains, page)
      : walkIndex(tx, table, listed, contains, page),
  );
}

const asItIs = (value: string): string => value;

/** A value stays in its table when the last of its rows goes, so what counts is whether a file has its bit. */
async function readSummary(
  tx: Tx,
  table: TableDefinition,
  { column }: ListedColumn,
  contains: string | undefined,
  { after, limit }: PageRequest<string>,
): Promise<Page<string, string>> {
  const where = conditions();
  where.when(column.name, (p) => `v.column_name = ${p}`);
  where.when(after, (p) => `v.value > ${p}`);
  where.when(contains === undefined ? undefined : containsPattern(contains), (p) => `v.value ILIKE ${p}`);
  const { rows } = await tx.query<{ value: string }>(
    `SELECT v.value FROM ${quoteTable(valueTable(table))} v JOIN (
       SELECT chunk, bit_or(${escapeIdentifier(column.name)}::bit(${chunkValues})) AS occurring
       FROM ${quoteTable(summaryTable(table))} GROUP BY chunk
     ) s ON s.chunk = v.id / ${chunkValues} AND get_bit(s.occurring, v.id % ${chunkValues}) = 1
     WHERE ${where.sql()} ORDER BY v.value LIMIT ${where.param(limit + 1)}`,
    where.values,
  );
  return takePage(
    rows.map(({ value }) => value),
    limit,
    asItIs,
    asItIs,
  );
}

/** From each value to the next larger one, which the index leads to; how many rows have one does not matter. */
async function walkIndex(
  tx: Tx,
  { table }: TableDefinition,
  { column }: ListedColumn,
  contains: string | undefined,
  { after, limit }: PageRequest<string>,
): Promise<Page<string, string>> {
  const where = conditions();
  const name = escapeIdentifier(column.name);
  // A text gets the type of its column, as in the conditions of rows.
  const typed = (placeholder: string): string =>
    column.type === 'text' ? placeholder : `${placeholder}::${column.type}`;
  where.when(after, (p) => `d.${name} > ${typed(p)}`);
  if (after === undefined) where.and(`d.${name} IS NOT NULL`);
  const pattern = where.param(contains === undefined ? '%' : containsPattern(contains));
  const first = (condition: string): string =>
    `SELECT d.${name} FROM ${quoteTable(table)} d WHERE ${condition} ORDER BY d.${name} LIMIT 1`;
  const wanted = where.param(limit + 1);
  const { rows } = await tx.query<{ value: string; fits: boolean }>(
    `WITH RECURSIVE walked (value, step, found) AS (
       SELECT v, 1, (v::text ILIKE ${pattern}::text)::int FROM (${first(where.sql())}) first (v)
       UNION ALL
       SELECT v, step + 1, found + (v::text ILIKE ${pattern}::text)::int
       FROM walked CROSS JOIN LATERAL (${first(`d.${name} > walked.value`)}) further (v)
       WHERE step < ${maxSteps} AND found < ${wanted}::int
     )
     SELECT value::text, value::text ILIKE ${pattern}::text AS fits FROM walked ORDER BY step`,
    where.values,
  );
  const fitting = rows.filter(({ fits }) => fits).map(({ value }) => value);
  const page = takePage(fitting, limit, asItIs, asItIs);
  if (page.next !== undefined || rows.length < maxSteps) return page;
  return { ...page, next: rows.at(-1)?.value };
}
