import type { FaceComparison } from '../images/face-comparisons.js';
import type { RunFile } from '../ledger/outcomes.js';
import { seenDaySql } from '../ledger/seen-day.js';
import type { Pool, Queryable } from '../pool.js';
import { conditions } from './conditions.js';
import { imageConditions, type ImageFilter as StoredImageFilter } from './image-filter.js';
import { type Page, type PageRequest, takePage } from './page.js';
import { readingLimitMs, readTogether } from './reading.js';

/** Which loaded images are compared. */
export interface ImageFilter {
  readonly files?: readonly string[] | undefined;
  /** Import days, both inclusive: `2026-11-20`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
}

/** A loaded image as the ledger knows it. */
export interface LoadedImage {
  readonly filename: string;
  readonly file: RunFile;
}

/** Loaded images whose path has no newer version, the latest file first. */
export async function listLoadedImages(db: Queryable, filter: ImageFilter): Promise<LoadedImage[]> {
  const where = conditions();
  where.when(filter.files, (p) => `i.file_id = ANY(${p}::bigint[])`);
  where.when(filter.from, (p) => `i.imp_date >= ${p}::date`);
  where.when(filter.to, (p) => `i.imp_date <= ${p}::date`);
  const { rows } = await db.query<
    Omit<RunFile, 'id' | 'size' | 'mtimeNs'> & { id: string; size: string; mtimeNs: string; filename: string }
  >(
    `SELECT i.filename, f.id, f.source, f.path, f.size, f.mtime_ns AS "mtimeNs", f.sha256, f.state,
       ${seenDaySql('f')} AS "seenOn"
     FROM dwd.image i JOIN ops.file f ON f.id = i.file_id AND f.state = 'loaded' AND f.current
     WHERE ${where.sql()} ORDER BY i.file_id DESC LIMIT ${where.param(filter.limit)}`,
    where.values,
  );
  return rows.map(({ filename, ...file }) => ({
    filename,
    file: { ...file, id: BigInt(file.id), size: BigInt(file.size), mtimeNs: BigInt(file.mtimeNs) },
  }));
}

/** The run of a comparison; undefined when the id is not that of one. */
export async function findComparisonRun(
  db: Queryable,
  runId: string,
): Promise<{ state: string; input: unknown; output: unknown } | undefined> {
  const { rows } = await db.query<{ state: string; input: unknown; output: unknown }>(
    `SELECT state, input, output FROM ops.run WHERE id = $1 AND task = 'compare-face-models'`,
    [runId],
  );
  return rows[0];
}

/** Which of the images that differ in a run are wanted; `image` is what they have to be by their stored results. */
export interface DifferenceFilter {
  /** Those with a face that this model alone found. */
  readonly onlyIn?: 'a' | 'b' | undefined;
  /** Whether the two models found the same number of faces. */
  readonly sameCount?: boolean | undefined;
  readonly facesA?: number | undefined;
  readonly facesB?: number | undefined;
  readonly image?: StoredImageFilter;
}

/** An image that differs, with its size as shown; null where its record is gone. */
export interface ListedComparison extends FaceComparison {
  readonly width: number | null;
  readonly height: number | null;
}

/** The images that differ in a run, the latest file first. Given up with SQLSTATE 57014 after `readingLimitMs`. */
export function listFaceComparisons(
  pool: Pool,
  runId: string,
  { onlyIn, sameCount, facesA, facesB, image = {} }: DifferenceFilter,
  { after, limit }: PageRequest<string>,
): Promise<Page<ListedComparison, string>> {
  const where = imageConditions(image);
  // By the day as well as by the file, so that of each image one partition is asked instead of one for each day.
  const join = where.values.length === 0 ? 'LEFT JOIN' : 'JOIN';
  const images = `${join} ops.file f ON f.id = c.file_id
    ${join} dwd.image i ON i.file_id = c.file_id AND i.imp_date = (${seenDaySql('f')})::date`;
  where.when(runId, (p) => `c.run_id = ${p}`);
  if (onlyIn === 'a') where.and('c.faces_a > c.matched');
  if (onlyIn === 'b') where.and('c.faces_b > c.matched');
  if (sameCount !== undefined) where.and(`c.faces_a ${sameCount ? '=' : '<>'} c.faces_b`);
  where.when(facesA, (p) => `c.faces_a = ${p}`);
  where.when(facesB, (p) => `c.faces_b = ${p}`);
  where.when(after, (p) => `c.file_id < ${p}`);
  return readTogether(pool, readingLimitMs, async (tx) => {
    const { rows } = await tx.query<ListedComparison>(
      `SELECT c.file_id AS "fileId", c.filename, c.faces_a AS "facesA", c.faces_b AS "facesB", c.matched, c.only_a AS "onlyA",
         c.only_b AS "onlyB", i.width, i.height
       FROM dwd.face_comparison c ${images} WHERE ${where.sql()} ORDER BY c.file_id DESC LIMIT ${where.param(limit + 1)}`,
      where.values,
    );
    return takePage(
      rows,
      limit,
      (row) => row,
      (row) => row.fileId,
    );
  });
}
