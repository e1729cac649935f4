import type { Queryable } from '../pool.js';
import { conditions } from './conditions.js';
import { type Page, type PageRequest, takePage } from './page.js';

/** Which pictures are wanted; what is left out does not matter. */
export interface ImageFilter {
  readonly fileId?: string | undefined;
  readonly faceNo?: number | undefined;
  readonly minFaces?: number | undefined;
  readonly maxFaces?: number | undefined;
  /** First and last import day, `YYYY-MM-DD`. */
  readonly fromDay?: string | undefined;
  readonly toDay?: string | undefined;
  readonly model?: string | undefined;
  /** File name without extension. */
  readonly filename?: string | undefined;
}

/** One face: box in pixels of the picture as shown, score 0 to 1. */
export interface FaceRow {
  readonly ordinal: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly score: number;
}

/** One picture with what was found in it. */
export interface ImageRow {
  readonly fileId: string;
  readonly runId: string | null;
  readonly path: string;
  readonly impDate: string;
  readonly filename: string;
  readonly md5: string;
  readonly width: number;
  readonly height: number;
  readonly faceNo: number;
  readonly format: string;
  readonly model: string;
  readonly faces: FaceRow[];
}

/** Pictures, the last seen first, each with its faces. */
export async function listImages(
  db: Queryable,
  filter: ImageFilter,
  { after, limit }: PageRequest<string>,
): Promise<Page<ImageRow, string>> {
  const where = conditions();
  where.when(filter.fileId, (p) => `i.file_id = ${p}`);
  where.when(filter.faceNo, (p) => `i.face_no = ${p}`);
  where.when(filter.minFaces, (p) => `i.face_no >= ${p}`);
  where.when(filter.maxFaces, (p) => `i.face_no <= ${p}`);
  where.when(filter.fromDay, (p) => `i.imp_date >= ${p}::date`);
  where.when(filter.toDay, (p) => `i.imp_date <= ${p}::date`);
  where.when(filter.model, (p) => `i.model = ${p}`);
  where.when(filter.filename, (p) => `i.filename = ${p}`);
  where.when(after, (p) => `i.file_id < ${p}`);
  const { rows } = await db.query<ImageRow>(
    `SELECT i.file_id AS "fileId", f.run_id AS "runId", f.path, to_char(i.imp_date, 'YYYY-MM-DD') AS "impDate",
       i.filename, i.md5, i.width, i.height, i.face_no AS "faceNo", i.format, i.model, found.faces
     FROM dwd.image i
     JOIN ops.file f ON f.id = i.file_id
     CROSS JOIN LATERAL (
       SELECT COALESCE(json_agg(json_build_object('ordinal', b.ordinal, 'x', b.x, 'y', b.y, 'width', b.width,
         'height', b.height, 'score', b.score) ORDER BY b.ordinal), '[]') AS faces
       FROM dwd.face b WHERE b.file_id = i.file_id
     ) found
     WHERE ${where.sql()} ORDER BY i.file_id DESC LIMIT ${where.param(limit + 1)}`,
    where.values,
  );
  return takePage(
    rows,
    limit,
    (row) => row,
    (row) => row.fileId,
  );
}
