import { BadInputError } from '#contracts/errors.js';
import type { Tx } from '../pool.js';

/** What a rebuild of a day has done. */
export interface RebuiltDay {
  readonly images: number;
  readonly faces: number;
  /** Rows of dwd.image without a record, which were taken away. */
  readonly removed: number;
  /** Records of files that are not loaded. */
  readonly skipped: number;
}

/**
 * Makes dwd.image and dwd.face of an import day from the records in ods.image. Those of the first releases lack what
 * dwd.image has besides: SHA-256 is in the ledger, the rest stays as dwd.image has it, and so do their faces.
 *
 * The day has partitions (`coverImageDays`). A load of one of its images comes before or after: the record is locked
 * while it is read, and one that is replaced meanwhile is left to that load.
 * @param day `2026-11-20`
 * @throws BadInputError `incomplete-record` when a record lacks what nobody else knows
 */
export async function rebuildDay(tx: Tx, day: string): Promise<RebuiltDay> {
  const skipped = await tx.query<{ records: number }>(
    `SELECT count(*)::int AS records FROM ods.image o
     WHERE imp_date = $1 AND NOT EXISTS (SELECT FROM ops.file f WHERE f.id = o.file_id AND f.state = 'loaded')`,
    [day],
  );
  const { rows } = await tx.query<{ file_id: string | null; filename: string; has_faces: boolean }>(
    `WITH record AS MATERIALIZED (
       SELECT o.file_id, o.file_name, o.record FROM ods.image o
       WHERE o.imp_date = $1 AND EXISTS (SELECT FROM ops.file f WHERE f.id = o.file_id AND f.state = 'loaded')
       FOR UPDATE OF o
     ), whole AS MATERIALIZED (
       SELECT r.file_id, r.file_name, r.record->>'md5' AS md5, COALESCE(r.record->>'sha256', f.sha256) AS sha256,
         (r.record->>'width')::int AS width, (r.record->>'height')::int AS height, (r.record->>'face_no')::int AS face_no,
         COALESCE(r.record->>'format', d.format) AS format, COALESCE(r.record->>'model', d.model) AS model,
         COALESCE((r.record->>'threshold')::float8, d.threshold) AS threshold,
         COALESCE(jsonb_typeof(r.record->'faces') = 'array', false) AS has_faces
       FROM record r JOIN ops.file f ON f.id = r.file_id
       LEFT JOIN dwd.image d ON d.file_id = r.file_id AND d.imp_date = $1
     ), written AS (
       INSERT INTO dwd.image (file_id, imp_date, filename, md5, sha256, width, height, face_no, format, model, threshold)
       SELECT file_id, $1, file_name, md5, sha256, width, height, face_no, format, model, threshold FROM whole
       WHERE ${complete}
       ON CONFLICT (file_id, imp_date) DO UPDATE SET filename = excluded.filename, md5 = excluded.md5,
         sha256 = excluded.sha256, width = excluded.width, height = excluded.height, face_no = excluded.face_no,
         format = excluded.format, model = excluded.model, threshold = excluded.threshold
       RETURNING file_id
     )
     SELECT written.file_id, whole.file_name AS filename, whole.has_faces
     FROM whole LEFT JOIN written ON written.file_id = whole.file_id ORDER BY whole.file_id`,
    [day],
  );
  const incomplete = rows.filter((row) => row.file_id === null);
  const [first] = incomplete;
  if (first) {
    throw new BadInputError(
      'incomplete-record',
      `${incomplete.length} records of ${day} lack what dwd.image needs (md5, size, format, model or threshold), the first is ` +
        `that of ${first.filename}; count the day anew with reload-day`,
    );
  }
  const faces = await rebuildFaces(
    tx,
    day,
    rows.flatMap((row) => (row.has_faces && row.file_id !== null ? [row.file_id] : [])),
  );
  const removed = await tx.query(
    `DELETE FROM dwd.image d WHERE imp_date = $1 AND NOT EXISTS (
       SELECT FROM ods.image o JOIN ops.file f ON f.id = o.file_id AND f.state = 'loaded'
       WHERE o.imp_date = $1 AND o.file_id = d.file_id)`,
    [day],
  );
  return { images: rows.length, faces, removed: removed.rowCount ?? 0, skipped: skipped.rows[0]?.records ?? 0 };
}

const complete = ['md5', 'sha256', 'width', 'height', 'face_no', 'format', 'model', 'threshold']
  .map((column) => `${column} IS NOT NULL`)
  .join(' AND ');

/** Their records are locked by now. */
async function rebuildFaces(tx: Tx, day: string, fileIds: readonly string[]): Promise<number> {
  await tx.query('DELETE FROM dwd.face WHERE imp_date = $1 AND file_id = ANY($2::bigint[])', [day, fileIds]);
  const { rowCount } = await tx.query(
    `INSERT INTO dwd.face (file_id, imp_date, ordinal, x, y, width, height, score, landmarks)
     SELECT o.file_id, $1, face.nth - 1, (face.box->>'x')::float8, (face.box->>'y')::float8, (face.box->>'width')::float8,
       (face.box->>'height')::float8, (face.box->>'score')::float8, COALESCE(face.box->'landmarks', '{}')
     FROM ods.image o CROSS JOIN LATERAL jsonb_array_elements(o.record->'faces') WITH ORDINALITY AS face (box, nth)
     WHERE o.imp_date = $1 AND o.file_id = ANY($2::bigint[])`,
    [day, fileIds],
  );
  return rowCount ?? 0;
}
