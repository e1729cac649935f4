import { seenDaySql } from '../ledger/seen-day.js';
import type { Queryable } from '../pool.js';

/** A loaded image: where its file lies, which version of it was loaded, and what was found in it. */
export interface ImageFile {
  /** Below the inbox, `/` between folders. */
  readonly path: string;
  /** Bytes. */
  readonly size: bigint;
  /** Nanoseconds since the Unix epoch. */
  readonly mtimeNs: bigint;
  readonly sha256: string;
  readonly model: string;
  /** Pixels of the image as shown, score 0 to 1, landmarks [x, y] by name; in the order of their ordinals. */
  readonly faces: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly score: number;
    readonly landmarks: Record<string, [number, number]>;
  }[];
}

/** The image that a file was loaded as, or undefined when it was loaded as none. */
export async function findImageFile(db: Queryable, fileId: string): Promise<ImageFile | undefined> {
  const { rows: files } = await db.query<{ path: string; size: string; mtimeNs: string; day: string }>(
    `SELECT f.path, f.size::text, f.mtime_ns::text AS "mtimeNs", ${seenDaySql('f')} AS day
     FROM ops.file f WHERE f.id = $1`,
    [fileId],
  );
  const [file] = files;
  if (file === undefined) return undefined;
  // With the day as a value, the database looks into one partition instead of one for each day there ever was.
  const { rows: images } = await db.query<Pick<ImageFile, 'sha256' | 'model' | 'faces'>>(
    `SELECT i.sha256, i.model, (
       SELECT COALESCE(json_agg(json_build_object('x', b.x, 'y', b.y, 'width', b.width, 'height', b.height,
         'score', b.score, 'landmarks', b.landmarks) ORDER BY b.ordinal), '[]')
       FROM dwd.face b WHERE b.file_id = $1 AND b.imp_date = $2::date
     ) AS faces
     FROM dwd.image i WHERE i.file_id = $1 AND i.imp_date = $2::date`,
    [fileId, file.day],
  );
  const [image] = images;
  return image && { ...image, path: file.path, size: BigInt(file.size), mtimeNs: BigInt(file.mtimeNs) };
}
