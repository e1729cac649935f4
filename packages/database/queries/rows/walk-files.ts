import type { Tx } from '../../pool.js';
import { conditions } from '../conditions.js';
import { sortKeys } from './keys.js';
import type { RowPosition, RowQuery } from './row-query.js';
import { type PositionedRow, queryConditions, readRows } from './statement.js';
import type { Found, Walk } from './walk.js';

/** Rows of the files that one statement looks through: at first, and at most once nothing has been found. */
const minRows = 20_000;
const maxRows = 1_000_000;

/**
 * Reads rows in the order of their files and positions in them. A large table has no index but BRIN on file_id (82 million
 * rows; a B-tree would cost more than the load), so no statement may sort it: this goes through the ledger's loaded files
 * in bundles of ids, each bundle a narrow range of pages. Bundles grow while the filters leave nothing.
 */
export async function walkFiles(tx: Tx, query: RowQuery, { after: start, wanted, deadline }: Walk): Promise<Found> {
  const found: PositionedRow[] = [];
  let after = start;
  let rowsPerBundle = minRows;
  do {
    const bundle = await nextBundle(tx, query, after, rowsPerBundle);
    if (bundle === undefined) return { found, next: undefined };
    const rows = await readBundle(tx, query, bundle, after, wanted - found.length);
    found.push(...rows);
    if (found.length >= wanted) return { found, next: undefined };
    after = [query.descending ? bundle.first : bundle.last];
    rowsPerBundle = rows.length > 0 ? minRows : Math.min(maxRows, rowsPerBundle * 2);
  } while (performance.now() < deadline);
  return { found, next: after };
}

interface Bundle {
  readonly first: string;
  readonly last: string;
}

/** The next files, at least one, with about `rows` rows together; undefined when there are no more. */
async function nextBundle(
  tx: Tx,
  { source, fileId, descending }: RowQuery,
  after: RowPosition | undefined,
  rows: number,
): Promise<Bundle | undefined> {
  const where = conditions();
  where.when(fileId, (p) => `id = ${p}::bigint`);
  if (after) {
    const than = descending ? '<' : '>';
    where.and(`id ${after.length === 1 ? than : `${than}=`} ${where.param(after[0])}::bigint`);
  }
  const direction = descending ? 'DESC' : 'ASC';
  const { rows: found } = await tx.query<{ first: string | null; last: string | null }>(
    `SELECT min(id) AS first, max(id) AS last FROM (
       SELECT id, COALESCE(sum(rows) OVER (ORDER BY id ${direction} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
         AS before
       FROM (
         SELECT id, rows FROM ops.file WHERE state = 'loaded' AND source = ${where.param(source)} AND ${where.sql()}
         ORDER BY id ${direction} LIMIT 2000
       ) upcoming
     ) counted WHERE before < ${where.param(rows)}`,
    where.values,
  );
  const { first, last } = found[0] ?? { first: null, last: null };
  return first === null || last === null ? undefined : { first, last };
}

function readBundle(
  tx: Tx,
  query: RowQuery,
  bundle: Bundle,
  after: RowPosition | undefined,
  limit: number,
): Promise<PositionedRow[]> {
  const where = queryConditions(query);
  where.and(`d.file_id BETWEEN ${where.param(bundle.first)}::bigint AND ${where.param(bundle.last)}::bigint`);
  if (after && after.length > 1) {
    const [fileId, ordinal] = after.map((each) => where.param(each));
    where.and(`(d.file_id, d.ordinal) ${query.descending ? '<' : '>'} (${fileId}::bigint, ${ordinal}::integer)`);
  }
  return readRows(tx, query, sortKeys(query.table, query.order), where, limit);
}
