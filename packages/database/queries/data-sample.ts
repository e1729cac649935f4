import type { Queryable } from '../pool.js';
import { conditions } from './conditions.js';
import type { Page, PageRequest } from './page.js';
import { shortWallTime, wallTimeSql } from './times.js';

/** A row's position: its file and the ordinal in it; `endOfFile` as the ordinal means all of that file. */
export type SamplePosition = readonly [fileId: string, ordinal: number];

/** Which rows are wanted; what is left out does not matter. Times have no zone. */
export interface SampleFilter {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly departmentName?: string | undefined;
  readonly sensorSerial?: string | undefined;
  readonly productName?: string | undefined;
  readonly fileId?: string | undefined;
}

/** One row of the data sample. */
export interface SampleRow {
  readonly fileId: string;
  readonly ordinal: number;
  readonly runId: string | null;
  readonly departmentName: string | null;
  readonly sensorSerial: string | null;
  readonly createAt: string;
  readonly productName: string | null;
  readonly productExpire: string | null;
}

/** Where to look and for how long. */
export interface SampleWalk {
  /** The source whose loaded files hold the rows. */
  readonly source: string;
  /** Milliseconds after which a page that is not full is handed out as it is, to be continued at its `next`. */
  readonly budgetMs: number;
}

const endOfFile = 2_147_483_647;
/** Rows of the files that one statement looks through: at first, and at most once nothing has been found. */
const minRows = 20_000;
const maxRows = 1_000_000;

/**
 * Rows of the data sample in the order of their files and positions in them.
 *
 * The table has no index but BRIN on file_id (82 million rows; a B-tree would cost more than the load), so no statement
 * may sort it: this walks the ledger's loaded files in bundles of ids, each bundle a narrow range of pages. Bundles
 * grow while the filter finds nothing. A page may be short, even empty, and still have a next.
 */
export async function listSamples(
  db: Queryable,
  filter: SampleFilter,
  request: PageRequest<SamplePosition>,
  { source, budgetMs }: SampleWalk,
): Promise<Page<SampleRow, SamplePosition>> {
  const deadline = performance.now() + budgetMs;
  const items: SampleRow[] = [];
  let after = request.after;
  let rowsPerBundle = minRows;
  do {
    const bundle = await nextBundle(db, source, filter.fileId, after, rowsPerBundle);
    if (bundle === undefined) return { items, next: undefined };
    const wanted = request.limit + 1 - items.length;
    const found = await readBundle(db, filter, bundle, after, wanted);
    items.push(...found);
    if (items.length > request.limit) {
      items.length = request.limit;
      const last = items.at(-1);
      return { items, next: last && [last.fileId, last.ordinal] };
    }
    after = [bundle.last, endOfFile];
    rowsPerBundle = found.length > 0 ? minRows : Math.min(maxRows, rowsPerBundle * 2);
  } while (performance.now() < deadline);
  return { items, next: after };
}

interface Bundle {
  readonly first: string;
  readonly last: string;
}

/** The next files, at least one, with about `rows` rows together; undefined when there are no more. */
async function nextBundle(
  db: Queryable,
  source: string,
  fileId: string | undefined,
  after: SamplePosition | undefined,
  rows: number,
): Promise<Bundle | undefined> {
  const where = conditions();
  where.when(fileId, (p) => `id = ${p}`);
  if (after) where.and(`id ${after[1] === endOfFile ? '>' : '>='} ${where.param(after[0])}`);
  const sourceParam = where.param(source);
  const { rows: found } = await db.query<{ first: string | null; last: string | null }>(
    `SELECT min(id) AS first, max(id) AS last FROM (
       SELECT id, COALESCE(sum(rows) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
       FROM (
         SELECT id, rows FROM ops.file WHERE state = 'loaded' AND source = ${sourceParam} AND ${where.sql()}
         ORDER BY id LIMIT 2000
       ) upcoming
     ) counted WHERE before < ${where.param(rows)}`,
    where.values,
  );
  const { first, last } = found[0] ?? { first: null, last: null };
  return first === null || last === null ? undefined : { first, last };
}

async function readBundle(
  db: Queryable,
  filter: SampleFilter,
  bundle: Bundle,
  after: SamplePosition | undefined,
  limit: number,
): Promise<SampleRow[]> {
  const where = conditions();
  where.and(`d.file_id BETWEEN ${where.param(bundle.first)} AND ${where.param(bundle.last)}`);
  if (after && after[1] !== endOfFile) {
    where.and(`(d.file_id, d.ordinal) > (${where.param(after[0])}::bigint, ${where.param(after[1])}::int)`);
  }
  where.when(filter.from, (p) => `d.create_at >= ${p}::timestamp`);
  where.when(filter.to, (p) => `d.create_at <= ${p}::timestamp`);
  where.when(filter.departmentName, (p) => `d.department_name = ${p}`);
  where.when(filter.sensorSerial, (p) => `d.sensor_serial = ${p}`);
  where.when(filter.productName, (p) => `d.product_name = ${p}`);
  const { rows } = await db.query<SampleRow>(
    `SELECT p.*, f.run_id AS "runId" FROM (
       SELECT d.file_id AS "fileId", d.ordinal, d.department_name AS "departmentName", d.sensor_serial AS "sensorSerial",
         ${wallTimeSql('d.create_at')} AS "createAt", d.product_name AS "productName",
         ${wallTimeSql('d.product_expire')} AS "productExpire"
       FROM dwh.data_sample d WHERE ${where.sql()} ORDER BY d.file_id, d.ordinal LIMIT ${where.param(limit)}
     ) p LEFT JOIN ops.file f ON f.id = p."fileId" ORDER BY p."fileId", p.ordinal`,
    where.values,
  );
  return rows.map((row) => ({
    ...row,
    createAt: shortWallTime(row.createAt),
    productExpire: row.productExpire === null ? null : shortWallTime(row.productExpire),
  }));
}
