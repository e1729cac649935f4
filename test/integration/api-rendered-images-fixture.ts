import { createHash } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { basename, extname } from 'node:path/posix';
import sharp from 'sharp';
import { coverImageDays } from '#database/images/days.js';
import { type ImageRow, writeImages } from '#database/images/rows.js';
import { transaction } from '#database/pool.js';
import { seedFile, type TestApi } from './api-fixture.js';

/** An image to be put in the inbox and in the record; what is left out has a usual value. */
export interface SeedImage {
  /** Default: a grey JPEG of `width` × `height`. */
  readonly bytes?: Uint8Array;
  readonly width?: number;
  readonly height?: number;
  readonly faces?: ImageRow['faces'];
  readonly model?: string;
}

/** One face in the middle of an image of 300 × 200. */
export const middleFace: ImageRow['faces'][number] = {
  x: 100,
  y: 50,
  width: 100,
  height: 100,
  score: 0.93,
  landmarks: { nose: [150, 100] },
};

/** Puts an image in the inbox, the ledger and the record, as a load leaves it. @returns its file's id */
export async function seedImage({ pool, inbox }: TestApi, path: string, image: SeedImage = {}): Promise<string> {
  const { width = 300, height = 200, faces = [middleFace], model = 'test@1' } = image;
  const bytes = image.bytes ?? (await greyJpeg(width, height));
  const location = join(inbox, ...path.split('/'));
  await mkdir(dirname(location), { recursive: true });
  await writeFile(location, bytes);
  const { size, mtimeNs } = await stat(location, { bigint: true });
  const sha256 = createHash('sha256').update(path).update(bytes).digest('hex');
  const id = await seedFile(pool, { path, source: 'images', sha256 });
  const { rows } = await pool.query<{ day: string }>(
    `UPDATE ops.file SET size = $2, mtime_ns = $3 WHERE id = $1
     RETURNING to_char(seen_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day`,
    [id, size, mtimeNs],
  );
  const importDate = rows[0]?.day ?? '';
  await coverImageDays(pool, [importDate]);
  const name = basename(path, extname(path));
  const record = { fileId: BigInt(id), importDate, name, md5: 'd'.repeat(32), sha256, width, height, format: 'jpeg' };
  await transaction(pool, (tx) => writeImages(tx, [{ ...record, model, threshold: 0.7, faces }]));
  return id;
}

const greyJpeg = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer();
