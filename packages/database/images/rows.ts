import { seenDaySql } from '../ledger/seen-day.js';
import type { Tx } from '../pool.js';

/** One face of an image: box in pixels of the image as shown, score 0 to 1. */
export interface FaceRow {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly score: number;
  /** [x, y] by name, in pixels of the image as shown. */
  readonly landmarks: Readonly<Record<string, readonly [number, number]>>;
}

/** An image as the layers keep it. */
export interface ImageRow {
  readonly fileId: bigint;
  /** UTC day on which the file's version was first seen: `2026-11-20`. */
  readonly importDate: string;
  /** The file's name without folders and extension. */
  readonly name: string;
  readonly md5: string;
  readonly sha256: string;
  /** Pixels, as shown. */
  readonly width: number;
  readonly height: number;
  readonly format: string;
  /** Name of the model that counted, and the lowest score that it took for a face. */
  readonly model: string;
  readonly threshold: number;
  readonly faces: readonly FaceRow[];
}

/**
 * Writes images with one statement per table: the record as one JSON value (ods.image), its columns (dwd.image) and its
 * faces (dwd.face). Their days have partitions (`coverImageDays`).
 */
export async function writeImages(tx: Tx, images: readonly ImageRow[]): Promise<void> {
  const ids = images.map((i) => i.fileId);
  const days = images.map((i) => i.importDate);
  const names = images.map((i) => i.name);
  await tx.query(
    `INSERT INTO ods.image (file_id, imp_date, file_name, record)
     SELECT * FROM unnest($1::bigint[], $2::date[], $3::text[], $4::jsonb[])`,
    [ids, days, names, images.map((i) => JSON.stringify(recordOf(i)))],
  );
  await tx.query(
    `INSERT INTO dwd.image (file_id, imp_date, filename, md5, sha256, width, height, face_no, format, model, threshold)
     SELECT * FROM unnest($1::bigint[], $2::date[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::int[],
       $9::text[], $10::text[], $11::float8[])`,
    [
      ids,
      days,
      names,
      images.map((i) => i.md5),
      images.map((i) => i.sha256),
      images.map((i) => i.width),
      images.map((i) => i.height),
      images.map((i) => i.faces.length),
      images.map((i) => i.format),
      images.map((i) => i.model),
      images.map((i) => i.threshold),
    ],
  );
  const faces = images.flatMap(({ fileId, importDate, faces }) =>
    faces.map((face, ordinal) => ({ ...face, fileId, importDate, ordinal })),
  );
  if (faces.length === 0) return;
  await tx.query(
    `INSERT INTO dwd.face (file_id, imp_date, ordinal, x, y, width, height, score, landmarks)
     SELECT * FROM unnest($1::bigint[], $2::date[], $3::int[], $4::float8[], $5::float8[], $6::float8[], $7::float8[],
       $8::float8[], $9::jsonb[])`,
    [
      faces.map((f) => f.fileId),
      faces.map((f) => f.importDate),
      faces.map((f) => f.ordinal),
      faces.map((f) => f.x),
      faces.map((f) => f.y),
      faces.map((f) => f.width),
      faces.map((f) => f.height),
      faces.map((f) => f.score),
      faces.map((f) => JSON.stringify(f.landmarks)),
    ],
  );
}

/** The record of an image, as `ods.image` has it. */
function recordOf({ name, md5, width, height, sha256, format, model, threshold, faces }: ImageRow): unknown {
  return { file_name: name, md5, width, height, face_no: faces.length, sha256, format, model, threshold, faces };
}

/**
 * Takes away all rows of files; the faces go with their image (foreign key).
 * @returns how many images and faces there were
 */
export async function removeImages(tx: Tx, fileIds: readonly bigint[]): Promise<number> {
  // Their days first: without them every partition there is would be searched, and locked.
  const { rows } = await tx.query<{ day: string }>(
    `SELECT DISTINCT ${seenDaySql('f')} AS day FROM ops.file f WHERE f.id = ANY($1::bigint[])`,
    [fileIds],
  );
  const days = rows.map(({ day }) => day);
  const ofFiles = 'file_id = ANY($1::bigint[]) AND imp_date = ANY($2::date[])';
  await tx.query(`DELETE FROM ods.image WHERE ${ofFiles}`, [fileIds, days]);
  const removed = await tx.query<{ rows: string }>(
    `WITH gone AS (DELETE FROM dwd.image WHERE ${ofFiles} RETURNING face_no) SELECT COALESCE(sum(1 + face_no), 0) AS rows FROM gone`,
    [fileIds, days],
  );
  return Number(removed.rows[0]?.rows);
}
