import type { ColumnType } from '#contracts/dataset.js';
import type { Tx } from '../pool.js';
import { type ImageFilter, imageConditions } from './image-filter.js';
import { type CursorStatement, fetchRows } from './snapshot.js';

/** What a column holds: a `date` comes as `YYYY-MM-DD`, a `bigint` as text, `json` as its text. */
type ImageColumnType = ColumnType | 'json';

type Value = string | number;

/** A table to export: its columns under their own names, and how a page of its rows is read. */
export interface ImageTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: ImageColumnType }[];
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
    { name: 'file_id', type: 'bigint' },
    { name: 'imp_date', type: 'date' },
    { name: 'filename', type: 'text' },
    { name: 'md5', type: 'text' },
    { name: 'sha256', type: 'text' },
    { name: 'width', type: 'integer' },
    { name: 'height', type: 'integer' },
    { name: 'face_no', type: 'integer' },
    { name: 'format', type: 'text' },
    { name: 'model', type: 'text' },
    { name: 'threshold', type: 'double precision' },
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
    { name: 'file_id', type: 'bigint' },
    { name: 'imp_date', type: 'date' },
    { name: 'ordinal', type: 'integer' },
    { name: 'x', type: 'double precision' },
    { name: 'y', type: 'double precision' },
    { name: 'width', type: 'double precision' },
    { name: 'height', type: 'double precision' },
    { name: 'score', type: 'double precision' },
    { name: 'landmarks', type: 'json' },
  ],
  select: `b.file_id, ${day('b.imp_date')}, b.ordinal, b.x, b.y, b.width, b.height, b.score, b.landmarks::text`,
  from: 'dwd.image i JOIN dwd.face b ON b.file_id = i.file_id AND b.imp_date = i.imp_date',
  days: ['i.imp_date', 'b.imp_date'],
  position: ['b.file_id', 'b.ordinal'],
};

/** Rows that are held at a time: about a megabyte. */
const pageRows = 2_000;

/** The rows of the images that the filter leaves, by import day, file and position in it, page by page, within a snapshot. */
export async function* exportImageRows(
  tx: Tx,
  table: ImageTable,
  filter: ImageFilter,
): AsyncGenerator<Value[][], void, undefined> {
  for (const each of await listDays(tx, filter)) yield* fetchRows(tx, ofDay(table, filter, each), pageRows);
}

/** The import days of the images that the filter leaves: named one by one, each statement asks one partition only. */
async function listDays(tx: Tx, filter: ImageFilter): Promise<string[]> {
  const where = imageConditions(filter);
  const { rows } = await tx.query<{ day: string }>(
    `SELECT ${day('d.imp_date')} AS day
     FROM (SELECT DISTINCT i.imp_date FROM dwd.image i WHERE ${where.sql()}) d ORDER BY d.imp_date`,
    where.values,
  );
  return rows.map((row) => row.day);
}

function ofDay({ select, from, days, position }: ImageTable, filter: ImageFilter, day: string): CursorStatement {
  const where = imageConditions(filter);
  for (const column of days) where.when(day, (p) => `${column} = ${p}::date`);
  return {
    cursor: 'rows_of_day',
    text: `SELECT ${select} FROM ${from} WHERE ${where.sql()} ORDER BY ${position.join(', ')}`,
    values: where.values,
  };
}
