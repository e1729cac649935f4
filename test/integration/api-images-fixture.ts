import type pg from 'pg';
import { coverImageDays } from '#database/images/days.js';
import { writeImages } from '#database/images/rows.js';
import { transaction } from '#database/pool.js';
import { seedFile } from './api-fixture.js';

/** An image to put in the tables; what is left out has a usual value. */
export interface SeedImage {
  /** Import day, `2026-11-20` unless given. */
  readonly day?: string;
  readonly name: string;
  readonly width?: number;
  readonly height?: number;
  readonly format?: string;
  readonly model?: string;
  /** How many faces. */
  readonly faces?: number;
  /** Of the file. */
  readonly bytes?: number;
}

/** Puts an image in the ledger and in the layers, the way the loader does. @returns its file's id */
export async function seedImage(pool: pg.Pool, image: SeedImage): Promise<string> {
  const { day = '2026-11-20', name, width = 612, height = 408, format = 'jpeg', model = 'new', faces = 0 } = image;
  const { rows } = await pool.query<{ n: string }>('SELECT count(*) AS n FROM ops.file');
  const n = rows[0]?.n ?? '';
  const id = await seedFile(pool, { path: `${n}/${name}.jpg`, source: 'images', sha256: n.padStart(64, '0') });
  await pool.query('UPDATE ops.file SET seen_at = $2::timestamptz, size = coalesce($3::bigint, size) WHERE id = $1', [
    id,
    `${day}T23:59:59.999Z`,
    image.bytes ?? null,
  ]);
  await coverImageDays(pool, [day]);
  await transaction(pool, (tx) =>
    writeImages(tx, [
      {
        fileId: BigInt(id),
        importDate: day,
        name,
        md5: n.padStart(32, 'd'),
        sha256: n.padStart(64, '0'),
        width,
        height,
        format,
        model,
        threshold: 0.7,
        faces: Array.from({ length: faces }, (_, m) => ({
          x: m + 0.5,
          y: 2,
          width: 30,
          height: 40,
          score: 0.9,
          landmarks: { nose: [m + 1, 3.5] },
        })),
      },
    ]),
  );
  return id;
}

/** Puts many images of one day in the layers, their files' ids from 1 on, with a face in every other one. */
export async function seedManyImages(pool: pg.Pool, count: number): Promise<void> {
  await coverImageDays(pool, ['2026-11-20']);
  await pool.query(
    `INSERT INTO dwd.image SELECT n, '2026-11-20', 'picture ' || n, md5(n::text), md5(n::text) || md5('-' || n), 612, 408, n % 2,
       'jpeg', 'new', 0.7 FROM generate_series(1, $1::int) n`,
    [count],
  );
}
