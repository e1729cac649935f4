import { afterAll, beforeAll, momentText, type Range, TimePartitions } from '../../datasets/partitions.js';
import type { Tx } from '../../pool.js';
import { type SortKey, sortKeys } from './keys.js';
import type { RowPosition, RowQuery } from './row-query.js';
import { type PositionedRow, queryConditions, readRows } from './statement.js';
import type { Found, Walk } from './walk.js';

/**
 * Reads rows in the order of the column that the table is partitioned by and that has no index: one partition after the
 * other is sorted, as far as its first rows. A partition holds what was loaded together, or a day (month, year).
 */
export async function walkPartitions(tx: Tx, query: RowQuery, { after, wanted, deadline }: Walk): Promise<Found> {
  const keys = sortKeys(query.table, query.order);
  const [key] = keys;
  if (key === undefined) return { found: [], next: undefined };
  const found: PositionedRow[] = [];
  const partitions = await partitionsAfter(tx, query, key, after);
  for (const [index, range] of partitions.entries()) {
    const rows = await readPartition(tx, query, keys, range, after, wanted - found.length);
    found.push(...rows);
    const isLast = index === partitions.length - 1;
    if (found.length >= wanted || isLast) break;
    if (performance.now() >= deadline) return { found, next: positionBehind(range, query.descending) };
  }
  return { found, next: undefined };
}

/** The partitions that may hold rows behind a position and within the bounds that are asked for, in the query's order. */
async function partitionsAfter(
  tx: Tx,
  query: RowQuery,
  key: SortKey,
  after: RowPosition | undefined,
): Promise<Range[]> {
  const { table, conditions, descending } = query;
  const bounds = conditions.filter(({ column }) => column === key.name);
  const least = bounds.filter(({ operator }) => operator !== '<=').map(({ value }) => String(value));
  const most = bounds.filter(({ operator }) => operator !== '>=').map(({ value }) => String(value));
  const [at = null, fileId] = after ?? [];
  // The types of the column say how its texts are read; the sessions speak UTC.
  const micros = (texts: string, edge: 'max' | 'min'): string =>
    `(SELECT ${edge}((extract(epoch FROM t::${key.type}::timestamptz) * 1000000)::bigint)::text FROM unnest(${texts}::text[]) t)`;
  const { rows } = await tx.query<{ least: string | null; most: string | null; at: string | null }>(
    `SELECT ${micros('$1', 'max')} AS least, ${micros('$2', 'min')} AS most, ${micros('$3', 'min')} AS at`,
    [least, most, at === null ? [] : [at]],
  );
  const [from, to, position] = [rows[0]?.least, rows[0]?.most, rows[0]?.at].map((text) => text && BigInt(text));
  const ranges = (await TimePartitions.read(tx, table.table)).ranges().filter((range) => {
    if (typeof from === 'bigint' && range.end <= from) return false;
    if (typeof to === 'bigint' && range.from > to) return false;
    if (typeof position !== 'bigint') return true;
    if (!descending) return range.end > position;
    return fileId === noFile ? range.from < position : range.from <= position;
  });
  return descending ? ranges.reverse() : ranges;
}

function readPartition(
  tx: Tx,
  query: RowQuery,
  keys: readonly SortKey[],
  { from, end }: Range,
  after: RowPosition | undefined,
  limit: number,
): Promise<PositionedRow[]> {
  const where = queryConditions(query);
  const [key] = keys;
  if (key && from !== beforeAll) where.and(`${key.sql} >= ${where.param(momentText(from))}::${key.type}`);
  if (key && end !== afterAll) where.and(`${key.sql} < ${where.param(momentText(end))}::${key.type}`);
  if (after) {
    const values = keys.map(({ type }, at) => `${where.param(after[at])}::${type}`).join(', ');
    const columns = keys.map(({ sql }) => sql).join(', ');
    where.and(`(${columns}) ${query.descending ? '<' : '>'} (${values})`);
  }
  return readRows(tx, query, keys, where, limit);
}

/** The id of a file that there is not. */
const noFile = '0';

/** Between the last row of a partition and the first of the next one. */
const positionBehind = ({ from, end }: Range, descending: boolean): RowPosition => [
  momentText(descending ? from : end),
  noFile,
  '0',
];
