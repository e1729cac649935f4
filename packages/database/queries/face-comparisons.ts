import type { FaceComparison } from '../images/face-comparisons.js';
import type { RunFile } from '../ledger/outcomes.js';
import { seenDaySql } from '../ledger/seen-day.js';
import type { Queryable } from '../pool.js';
import { conditions } from './conditions.js';
import { type Page, type PageRequest, takePage } from './page.js';

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

/** The images that differ in a run, the latest file first. */
export async function listFaceComparisons(
  db: Queryable,
  runId: string,
  { onlyIn }: { readonly onlyIn?: 'a' | 'b' | undefined },
  { after, limit }: PageRequest<string>,
): Promise<Page<FaceComparison, string>> {
  const where = conditions();
  where.when(runId, (p) => `run_id = ${p}`);
  if (onlyIn === 'a') where.and('faces_a > matched');
  if (onlyIn === 'b') where.and('faces_b > matched');
  where.when(after, (p) => `file_id < ${p}`);
  const { rows } = await db.query<FaceComparison>(
    `SELECT file_id AS "fileId", filename, faces_a AS "facesA", faces_b AS "facesB", matched, only_a AS "onlyA",
       only_b AS "onlyB"
     FROM dwd.face_comparison WHERE ${where.sql()} ORDER BY file_id DESC LIMIT ${where.param(limit + 1)}`,
    where.values,
  );
  return takePage(
    rows,
    limit,
    (row) => row,
    (row) => row.fileId,
  );
}
