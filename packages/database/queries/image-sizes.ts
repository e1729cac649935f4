import type { Pool, Tx } from '../pool.js';
import { type ImageFilter, imageConditions } from './image-filter.js';
import { readingLimitMs, readTogether } from './reading.js';

/** Most images in the sample. */
const sampleSize = 2_000;
/** Classes beyond which steps twice as large are taken. */
const usualClasses = 30;

/** Images whose files have at least `from` and fewer than `to` bytes; `to` is null for the last class of all. */
export interface ByteClass {
  readonly from: number;
  readonly to: number | null;
  readonly pictures: number;
}

/** An image as a point of a scatter chart. */
export interface SampledImage {
  readonly fileId: string;
  readonly filename: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly faceNo: number;
}

/** How large images and their files are. */
export interface ImageSizes {
  /** All images that the filter leaves. */
  readonly pictures: number;
  /** Of all their files together. */
  readonly bytes: number;
  readonly minBytes: number | null;
  readonly maxBytes: number | null;
  /** At most 32, from that of the smallest file to that of the largest; those without images are there, too. */
  readonly byBytes: readonly ByteClass[];
  /** At most 2,000 of the images, the same ones each time, by file id. */
  readonly sample: readonly SampledImage[];
}

/** Ten steps a decade, each about a quarter more: the preferred numbers R10 of ISO 3, which are round. */
const steps = [100, 125, 160, 200, 250, 315, 400, 500, 630, 800];

/** Lower bounds of the classes in bytes, from 1 kB to 1 GB, with one class below and one above. */
const fineBounds = [0, ...[1e1, 1e2, 1e3, 1e4, 1e5, 1e6].flatMap((factor) => steps.map((step) => step * factor)), 1e9];
/** Every other one: R5. */
const coarseBounds = fineBounds.filter((_, at) => at === 0 || at % 2 === 1);

interface ClassRow {
  /** From 1 on, by `fineBounds`. */
  readonly class: number;
  readonly pictures: number;
  readonly bytes: number;
  readonly least: number;
  readonly most: number;
}

/**
 * How large the images are that the filter leaves, and their files. The tables are read whole, unless days are named: given
 * up with SQLSTATE 57014 when a statement takes longer than `readingLimitMs`.
 */
export function imageSizes(pool: Pool, filter: ImageFilter): Promise<ImageSizes> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    const rows = await readClasses(tx, filter);
    const sum = (of: (row: ClassRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
    return {
      pictures: sum((row) => row.pictures),
      bytes: sum((row) => row.bytes),
      minBytes: rows.at(0)?.least ?? null,
      maxBytes: rows.at(-1)?.most ?? null,
      byBytes: toClasses(rows),
      sample: await readSample(tx, filter),
    };
  });
}

async function readClasses(tx: Tx, filter: ImageFilter): Promise<ClassRow[]> {
  const where = imageConditions(filter);
  const { rows } = await tx.query<ClassRow>(
    `SELECT width_bucket(f.size, ${where.param(fineBounds)}::bigint[]) AS class, count(*)::float8 AS pictures,
       sum(f.size)::float8 AS bytes, min(f.size)::float8 AS least, max(f.size)::float8 AS most
     FROM dwd.image i JOIN ops.file f ON f.id = i.file_id WHERE ${where.sql()} GROUP BY 1 ORDER BY 1`,
    where.values,
  );
  return rows;
}

function toClasses(rows: readonly ClassRow[]): ByteClass[] {
  const [first, last] = [rows.at(0)?.class, rows.at(-1)?.class];
  if (first === undefined || last === undefined) return [];
  const bounds = last - first < usualClasses ? fineBounds : coarseBounds;
  const counted = rows.map((row) => ({ from: fineBounds[row.class - 1] ?? 0, pictures: row.pictures }));
  const classes = bounds.map((from, at) => {
    const to = bounds[at + 1] ?? null;
    const inside = counted.filter((each) => each.from >= from && (to === null || each.from < to));
    return { from, to, pictures: inside.reduce((sum, { pictures }) => sum + pictures, 0) };
  });
  const filled = (each: ByteClass): boolean => each.pictures > 0;
  return classes.slice(classes.findIndex(filled), classes.findLastIndex(filled) + 1);
}

/**
 * Those whose ids have the least hashes: a sample that has nothing to do with when and in what order images came, that is the
 * same each time, and of which little changes when a few images are added.
 */
async function readSample(tx: Tx, filter: ImageFilter): Promise<SampledImage[]> {
  const where = imageConditions(filter);
  const { rows } = await tx.query<SampledImage>(
    `SELECT s.file_id AS "fileId", s.filename, s.width, s.height, f.size::float8 AS bytes, s.face_no AS "faceNo"
     FROM (
       SELECT i.file_id, i.filename, i.width, i.height, i.face_no FROM dwd.image i WHERE ${where.sql()}
       ORDER BY hashint8extended(i.file_id, 0), i.file_id LIMIT ${where.param(sampleSize)}
     ) s JOIN ops.file f ON f.id = s.file_id ORDER BY s.file_id`,
    where.values,
  );
  return rows;
}
