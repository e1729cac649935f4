import type { Pool } from '../pool.js';
import { type ImageFilter, imageConditions } from './image-filter.js';
import { readTogether } from './reading.js';

/** How long the figures may take: ms. */
const statsLimitMs = 15_000;

/** Images of one kind, and their part of all images in percent, to two decimals. */
interface Share {
  readonly pictures: number;
  readonly percent: number;
}

/** How the faces of these images are spread. */
interface FaceFigures {
  /** Faces in all of them. */
  readonly faces: number;
  /** Faces per image, to two decimals. */
  readonly meanFaces: number;
  /** Faces in the image with the most. */
  readonly mostFaces: number;
}

/** Images whose width (or height) is at least `from` and at most `to` pixels. */
interface SpanCount {
  readonly from: number;
  readonly to: number;
  readonly pictures: number;
}

/** Figures about images; each list is bounded and says where it leaves images out. */
export interface ImageStats {
  readonly pictures: number;
  readonly faces: number;
  /** Null without images. */
  readonly meanFaces: number | null;
  readonly mostFaces: number | null;
  /** Fewest faces first; `moreFaces` sums up the numbers beyond the first 50 that occur. */
  readonly byFaces: ({ readonly faceNo: number } & Share)[];
  readonly moreFaces: Share & { readonly faces: number };
  /** The 20 most common sizes, the most common first. */
  readonly commonSizes: ({ readonly width: number; readonly height: number } & Share & FaceFigures)[];
  /** By width × height: at least `from` and below `to` million pixels; `to` is null for the last class. */
  readonly byMegapixels: ({ readonly from: number; readonly to: number | null } & Share & FaceFigures)[];
  /** At most 20 spans of equal width from the narrowest to the widest image; those without images are there, too. */
  readonly widths: SpanCount[];
  readonly heights: SpanCount[];
  /** The 50 most used. */
  readonly byModel: ({ readonly model: string } & Share & FaceFigures)[];
  /** The latest 366 import days that have images, the latest first. */
  readonly byDay: ({ readonly impDate: string } & Share & FaceFigures)[];
}

/** Lower bounds in million pixels of the classes by size: each doubles, so that icons and panoramas share a chart. */
const megapixelBounds = [0, 1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32, 64, 128];

const list = (rows: string, order: string): string =>
  `(SELECT coalesce(json_agg(to_json(r) ORDER BY ${order}), '[]') FROM (${rows}) r)`;

const share = `sum(n)::bigint AS pictures, round(100 * sum(n) / (SELECT pictures FROM total), 2)::float8 AS percent`;
const faceFigures = `sum(n * face_no)::bigint AS faces, round(sum(n * face_no)::numeric / sum(n), 2)::float8 AS "meanFaces",
  max(face_no) AS "mostFaces"`;

/** A histogram of `side` in whole pixels. */
const spans = (side: 'width' | 'height'): string => `
  (SELECT coalesce(json_agg(json_build_object('from', b.low, 'to', b.low + e.step - 1, 'pictures', coalesce(c.pictures, 0))
     ORDER BY b.low), '[]')
   FROM (SELECT min(${side}) AS low, max(${side}) AS high, (max(${side}) - min(${side})) / 20 + 1 AS step FROM cell) e,
     LATERAL generate_series(e.low, e.high, e.step) AS b(low)
     LEFT JOIN LATERAL (SELECT sum(n)::bigint AS pictures FROM cell
       WHERE ${side} >= b.low AND ${side} < b.low + e.step) c ON true)`;

/**
 * One statement: the table is read once into counts per combination of what is asked for, which is far fewer rows,
 * and all figures come from these. `$bounds` stands for the parameter of the classes' bounds.
 */
const statsSql = (where: string, bounds: string): string => `
  WITH cell AS MATERIALIZED (
    SELECT i.imp_date, i.model, i.width, i.height, i.face_no, count(*) AS n
    FROM dwd.image i WHERE ${where} GROUP BY 1, 2, 3, 4, 5
  ), total AS MATERIALIZED (
    SELECT coalesce(sum(n), 0)::bigint AS pictures, coalesce(sum(n * face_no), 0)::bigint AS faces,
      max(face_no) AS most FROM cell
  ), per_count AS MATERIALIZED (
    SELECT face_no, sum(n)::bigint AS pictures, row_number() OVER (ORDER BY face_no) AS nth FROM cell GROUP BY face_no
  )
  SELECT total.pictures::float8 AS pictures, total.faces::float8 AS faces, total.most AS "mostFaces",
    round(total.faces::numeric / nullif(total.pictures, 0), 2)::float8 AS "meanFaces",
    ${list(
      `SELECT face_no AS "faceNo", pictures, round(100.0 * pictures / (SELECT pictures FROM total), 2)::float8 AS percent
       FROM per_count WHERE nth <= 50`,
      'r."faceNo"',
    )} AS "byFaces",
    (SELECT json_build_object('pictures', coalesce(sum(m.pictures), 0), 'faces', coalesce(sum(m.pictures * m.face_no), 0),
       'percent', coalesce(round(100 * sum(m.pictures) / nullif(total.pictures, 0), 2), 0))
     FROM per_count m WHERE m.nth > 50) AS "moreFaces",
    ${list(
      `SELECT width, height, ${share}, ${faceFigures} FROM cell GROUP BY width, height
       ORDER BY 3 DESC, width, height LIMIT 20`,
      'r.pictures DESC, r.width, r.height',
    )} AS "commonSizes",
    ${list(
      `SELECT (${bounds}::float8[])[class] AS "from", (${bounds}::float8[])[class + 1] AS "to", ${share}, ${faceFigures}
       FROM (SELECT width_bucket(width::float8 * height / 1e6, ${bounds}::float8[]) AS class, n, face_no FROM cell) sized
       GROUP BY class`,
      'r."from"',
    )} AS "byMegapixels",
    ${spans('width')} AS widths, ${spans('height')} AS heights,
    ${list(
      `SELECT model, ${share}, ${faceFigures} FROM cell GROUP BY model ORDER BY 2 DESC, model LIMIT 50`,
      'r.pictures DESC, r.model',
    )} AS "byModel",
    ${list(
      `SELECT to_char(imp_date, 'YYYY-MM-DD') AS "impDate", ${share}, ${faceFigures} FROM cell
       GROUP BY imp_date ORDER BY imp_date DESC LIMIT 366`,
      'r."impDate" DESC',
    )} AS "byDay"
  FROM total`;

/**
 * Figures about the images that the filter leaves, computed by the database. The tables are read whole, unless days
 * are named: given up with SQLSTATE 57014 when that takes longer than `limitMs`.
 */
export function imageStats(pool: Pool, filter: ImageFilter, limitMs = statsLimitMs): Promise<ImageStats> {
  const where = imageConditions(filter);
  const bounds = where.param(megapixelBounds);
  return readTogether(pool, limitMs, async (tx) => {
    const { rows } = await tx.query<ImageStats>(statsSql(where.sql(), bounds), where.values);
    const [stats] = rows;
    if (stats === undefined) throw new Error('the figures about images: expected one row, got none');
    return stats;
  });
}
