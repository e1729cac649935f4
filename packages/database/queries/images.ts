import { seenDaySql } from '../ledger/seen-day.js';
import type { Pool, Queryable } from '../pool.js';
import { type ImageFilter, imageConditions, pixelsSql } from './image-filter.js';
import { type Page, type PageRequest, takePage } from './page.js';
import { readingLimitMs, readTogether } from './reading.js';

/** Orders of the list of images; `-` means the largest first. Ties are ordered by file id, in the same direction. */
export const imageSorts = ['newest', 'oldest', 'faces', '-faces', 'pixels', '-pixels', 'name', '-name'] as const;
export type ImageSort = (typeof imageSorts)[number];

/** Where an image stands in an order: the order, its key as text (empty where the file id is all) and the file id. */
export type ImagePosition = readonly [sort: ImageSort, key: string, fileId: string];

/** One face: box in pixels of the image as shown, score 0 to 1, landmarks by the model's names for them. */
export interface FaceRow {
  readonly ordinal: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly score: number;
  readonly landmarks: Readonly<Record<string, [x: number, y: number]>>;
}

/** One image with what was found in it. */
export interface ImageRow {
  readonly fileId: string;
  readonly runId: string | null;
  readonly path: string;
  /** `YYYY-MM-DD`. */
  readonly impDate: string;
  /** Without extension. */
  readonly filename: string;
  readonly md5: string;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly faceNo: number;
  readonly format: string;
  readonly model: string;
  /** The lowest score that counted as a face. */
  readonly threshold: number;
  /** As the loader numbered them. */
  readonly faces: FaceRow[];
}

type ImageColumns = Omit<ImageRow, 'faces'>;

const columns = `i.file_id AS "fileId", f.run_id AS "runId", f.path, to_char(i.imp_date, 'YYYY-MM-DD') AS "impDate",
  i.filename, i.md5, i.sha256, i.width, i.height, i.face_no AS "faceNo", i.format, i.model, i.threshold`;

/** What each order sorts by; the keys have an index together with the file id. */
const orders: Record<ImageSort, { readonly by?: { sql: string; type: string }; readonly descending: boolean }> = {
  newest: { descending: true },
  oldest: { descending: false },
  faces: { by: { sql: 'i.face_no', type: 'int' }, descending: false },
  '-faces': { by: { sql: 'i.face_no', type: 'int' }, descending: true },
  pixels: { by: { sql: pixelsSql, type: 'bigint' }, descending: false },
  '-pixels': { by: { sql: pixelsSql, type: 'bigint' }, descending: true },
  name: { by: { sql: 'i.filename', type: 'text' }, descending: false },
  '-name': { by: { sql: 'i.filename', type: 'text' }, descending: true },
};

/**
 * Images in the order asked for, each with its faces. Images and faces are of one moment. `page.after` must be a
 * position of the same order.
 */
export function listImages(
  pool: Pool,
  filter: ImageFilter,
  sort: ImageSort,
  { after, limit }: PageRequest<ImagePosition>,
): Promise<Page<ImageRow, ImagePosition>> {
  const { by, descending } = orders[sort];
  const where = imageConditions(filter);
  if (after !== undefined) {
    const [, key, fileId] = after;
    const than = descending ? '<' : '>';
    where.and(
      by === undefined
        ? `i.file_id ${than} ${where.param(fileId)}::bigint`
        : `(${by.sql}, i.file_id) ${than} (${where.param(key)}::${by.type}, ${where.param(fileId)}::bigint)`,
    );
  }
  const direction = descending ? 'DESC' : 'ASC';
  const order = by === undefined ? `i.file_id ${direction}` : `${by.sql} ${direction}, i.file_id ${direction}`;
  const text = `SELECT ${columns}, ${by === undefined ? `''` : `(${by.sql})::text`} AS key
    FROM dwd.image i JOIN ops.file f ON f.id = i.file_id
    WHERE ${where.sql()} ORDER BY ${order} LIMIT ${where.param(limit + 1)}`;
  return readTogether(pool, readingLimitMs, async (tx) => {
    const { rows } = await tx.query<ImageColumns & { key: string }>(text, where.values);
    const page = takePage(
      rows,
      limit,
      ({ key: _key, ...image }): ImageColumns => image,
      (row): ImagePosition => [sort, row.key, row.fileId],
    );
    return { ...page, items: await withFaces(tx, page.items) };
  });
}

/** One image with its faces, or undefined when there is none of this file. */
export function findImage(pool: Pool, fileId: string): Promise<ImageRow | undefined> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    // Its day first, so that one partition is asked instead of one for each day there ever was.
    const { rows: days } = await tx.query<{ day: string }>(
      `SELECT ${seenDaySql('f')} AS day FROM ops.file f WHERE f.id = $1`,
      [fileId],
    );
    const { rows } = await tx.query<ImageColumns>(
      `SELECT ${columns} FROM dwd.image i JOIN ops.file f ON f.id = i.file_id
       WHERE i.file_id = $1 AND i.imp_date = $2::date`,
      [fileId, days[0]?.day],
    );
    return (await withFaces(tx, rows))[0];
  });
}

/** By a statement of its own: with both days and ids as values the database looks at these days' partitions only. */
async function withFaces(tx: Queryable, images: readonly ImageColumns[]): Promise<ImageRow[]> {
  const { rows } = await tx.query<FaceRow & { fileId: string }>(
    `SELECT b.file_id AS "fileId", b.ordinal, b.x, b.y, b.width, b.height, b.score, b.landmarks
     FROM dwd.face b WHERE b.imp_date = ANY($1::date[]) AND b.file_id = ANY($2::bigint[]) ORDER BY b.file_id, b.ordinal`,
    [[...new Set(images.map((each) => each.impDate))], images.map((each) => each.fileId)],
  );
  const found = new Map<string, FaceRow[]>(images.map((image) => [image.fileId, []]));
  for (const { fileId, ...face } of rows) found.get(fileId)?.push(face);
  return images.map((image) => ({ ...image, faces: found.get(image.fileId) ?? [] }));
}
