import type { Pool } from '../pool.js';
import { type ImageFilter, imageConditions } from './image-filter.js';
import { eachPage, type Page, takePage } from './page.js';
import { readingLimitMs, readTogether } from './reading.js';

/** What a column holds: a day is `YYYY-MM-DD`. */
type ColumnKind = 'text' | 'number' | 'day';

type Value = string | number;

/** A table to export: its columns under their own names, and how a page of its rows is read. */
export interface ImageTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly kind: ColumnKind }[];
  /** SQL of the row's columns, in order. */
  readonly select: string;
  readonly from: string;
  /** Every import day in `from`: with all of them named, only partitions of one day are looked at. */
  readonly days: readonly string[];
  /** The columns that give a row's position within its day, the file's id first; numbers that fit a bigint. */
  readonly position: readonly string[];
}

const day = (column: string): string => `to_char(${column}, 'YYYY-MM-DD')`;

/** `dwd.image`: a row per image. */
export const imageTable: ImageTable = {
  name: 'images',
  columns: [
    // Text: a spreadsheet's numbers end at 2^53.
    { name: 'file_id', kind: 'text' },
    { name: 'imp_date', kind: 'day' },
    { name: 'filename', kind: 'text' },
    { name: 'md5', kind: 'text' },
    { name: 'sha256', kind: 'text' },
    { name: 'width', kind: 'number' },
    { name: 'height', kind: 'number' },
    { name: 'face_no', kind: 'number' },
    { name: 'format', kind: 'text' },
    { name: 'model', kind: 'text' },
    { name: 'threshold', kind: 'number' },
  ],
  select: `i.file_id, ${day('i.imp_date')}, i.filename, i.md5, i.sha256, i.width, i.height, i.face_no, i.format, i.model,
    i.threshold`,
  from: 'dwd.image i',
  days: ['i.imp_date'],
  position: ['i.file_id'],
};

/** `dwd.face`: a row per face of the images. */
export const faceTable: ImageTable = {
  name: 'faces',
  columns: [
    { name: 'file_id', kind: 'text' },
    { name: 'imp_date', kind: 'day' },
    { name: 'ordinal', kind: 'number' },
    { name: 'x', kind: 'number' },
    { name: 'y', kind: 'number' },
    { name: 'width', kind: 'number' },
    { name: 'height', kind: 'number' },
    { name: 'score', kind: 'number' },
    { name: 'landmarks', kind: 'text' },
  ],
  select: `b.file_id, ${day('b.imp_date')}, b.ordinal, b.x, b.y, b.width, b.height, b.score, b.landmarks::text`,
  from: 'dwd.image i JOIN dwd.face b ON b.file_id = i.file_id AND b.imp_date = i.imp_date',
  days: ['i.imp_date', 'b.imp_date'],
  position: ['b.file_id', 'b.ordinal'],
};

/** Rows that are held at a time: about a megabyte. */
const pageRows = 2_000;

/**
 * The rows of the images that the filter leaves, by import day, file and position in it, page by page. Nothing is held
 * between two pages, neither a connection nor a moment of the database: a reader who is slow, or gone, costs nothing.
 * So an export sees what is loaded meanwhile: of an image that is detected anew either the old rows or the new ones.
 */
export async function* exportRows(
  pool: Pool,
  table: ImageTable,
  filter: ImageFilter,
): AsyncGenerator<Value[][], void, undefined> {
  for (const each of await listDays(pool, filter)) {
    yield* eachPage((after: Value[] | undefined) => readRows(pool, table, filter, each, after));
  }
}

/** The import days of the images that the filter leaves: named one by one, each page asks one partition only. */
function listDays(pool: Pool, filter: ImageFilter): Promise<string[]> {
  const where = imageConditions(filter);
  return readTogether(pool, readingLimitMs, async (tx) => {
    const { rows } = await tx.query<{ day: string }>(
      `SELECT ${day('d.imp_date')} AS day
       FROM (SELECT DISTINCT i.imp_date FROM dwd.image i WHERE ${where.sql()}) d ORDER BY d.imp_date`,
      where.values,
    );
    return rows.map((row) => row.day);
  });
}

function readRows(
  pool: Pool,
  { columns, select, from, days, position }: ImageTable,
  filter: ImageFilter,
  day: string,
  after: readonly Value[] | undefined,
): Promise<Page<Value[], Value[]>> {
  const where = imageConditions(filter);
  for (const column of days) where.when(day, (p) => `${column} = ${p}::date`);
  const order = position.join(', ');
  if (after !== undefined) {
    const values = after.map((value) => `${where.param(value)}::bigint`);
    where.and(`(${order}) > (${values.join(', ')})`);
    // What follows for the images; without it a join would begin at the day's first image on every page.
    where.and(`i.file_id >= ${values[0]}`);
  }
  const text = `SELECT ${select}, ${order} FROM ${from} WHERE ${where.sql()} ORDER BY ${order}
    LIMIT ${where.param(pageRows + 1)}`;
  return readTogether(pool, readingLimitMs, async (tx) => {
    const { rows } = await tx.query<Value[]>({ text, values: where.values, rowMode: 'array' });
    const width = columns.length;
    return takePage(
      rows,
      pageRows,
      (row) => row.slice(0, width),
      (row) => row.slice(width),
    );
  });
}
