import { escapeIdentifier } from 'pg';
import type { Queryable, Tx } from '../pool.js';
import { type Conditions, conditions } from '../queries/conditions.js';
import { type FileBundle, readByFiles, type Statement } from '../queries/rows/file-bundles.js';
import { quoteTable } from '../quote.js';
import { type LakeTable, rowsSql } from './lake-table.js';

/** Rows that are held at a time: of JSON some megabytes. */
const pageRows = 2_000;

type Value = string | number | boolean | null;

/** First and last day, `2026-05-01`. */
export interface LakeDays {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The days `20260501` that a layer has rows of, ascending. */
export async function listDays(db: Queryable, table: LakeTable, days: LakeDays): Promise<string[]> {
  if (table.time === undefined) return await distinctDays(db, 'ops.file f', seenFiles(table), seenAt, days);
  if (await hasAllSpans(db, table.source)) return await daysOfSpans(db, table, table.time, days);
  return await distinctDays(db, `${quoteTable(table.table)} d`, conditions(), timeOf(table.time), days);
}

async function distinctDays(
  db: Queryable,
  rows: string,
  where: Conditions,
  { sql, type }: Moment,
  { from, to }: LakeDays,
): Promise<string[]> {
  where.when(from, (p) => `${sql} >= ${p}::${type}`);
  where.when(to && nextDay(to), (p) => `${sql} < ${p}::${type}`);
  const { rows: found } = await db.query<{ day: string }>(
    `SELECT DISTINCT to_char(${sql}, 'YYYYMMDD') AS day FROM ${rows} WHERE ${where.sql()} ORDER BY 1`,
    where.values,
  );
  return found.map(({ day }) => day);
}

/** Whether the ledger knows the times of all rows of a source. */
async function hasAllSpans(db: Queryable, source: string): Promise<boolean> {
  const { rows } = await db.query(
    `SELECT FROM ops.file WHERE state = 'loaded' AND source = $1 AND rows IS DISTINCT FROM 0 AND rows_from IS NULL LIMIT 1`,
    [source],
  );
  return rows.length === 0;
}

/**
 * The days from each file's first to its last, if one row of the day is there. Spares a table of many million rows, whose
 * times have no index, being read from its beginning to its end.
 */
async function daysOfSpans(
  db: Queryable,
  { table, source }: LakeTable,
  time: NonNullable<LakeTable['time']>,
  { from, to }: LakeDays,
): Promise<string[]> {
  const { sql, type } = timeOf(time);
  const where = conditions();
  where.when(from, (p) => `day >= ${p}::timestamp`);
  where.when(to, (p) => `day <= ${p}::timestamp`);
  const { rows } = await db.query<{ day: string }>(
    // LIMIT and OFFSET keep each day a search of its own, which looks into the partitions of that day only.
    `SELECT to_char(day, 'YYYYMMDD') AS day FROM (
       SELECT DISTINCT generate_series(date_trunc('day', rows_from AT TIME ZONE 'UTC'), rows_to AT TIME ZONE 'UTC', '1 day') AS day
       FROM ops.file WHERE state = 'loaded' AND source = ${where.param(source)} AND rows > 0
     ) spanned
     CROSS JOIN LATERAL (
       SELECT FROM ${quoteTable(table)} d WHERE ${sql} >= day::${type} AND ${sql} < (day + interval '1 day')::${type} LIMIT 1 OFFSET 0
     ) one
     WHERE ${where.sql()} ORDER BY 1`,
    where.values,
  );
  return rows.map(({ day }) => day);
}

/** The rows of a day by file and position in it, some at a time, within a snapshot. @param day `20260501` */
export function partitionRows(tx: Tx, table: LakeTable, day: string): AsyncGenerator<Value[][], void, undefined> {
  const select = ({ ids, first, last }: FileBundle): Statement => {
    const where = table.time === undefined ? conditions() : ofDay(table.time, day);
    where.and(`d.file_id BETWEEN ${where.param(first)}::bigint AND ${where.param(last)}::bigint`);
    // Files of other days lie between those of this one.
    if (table.time === undefined) where.and(`d.file_id = ANY(${where.param(ids)}::bigint[])`);
    return { text: rowsSql(table, where.sql()), values: where.values };
  };
  return readByFiles(tx, filesOfDay(table, day), select, pageRows);
}

/** How many rows a day has. */
export async function countPartition(db: Queryable, table: LakeTable, day: string): Promise<number> {
  const { text, values } = filesOfDay(table, day);
  const { rows } = await db.query<{ n: string }>(`SELECT COALESCE(sum(rows), 0) AS n FROM (${text}) f`, [...values]);
  return Number(rows[0]?.n);
}

function filesOfDay(table: LakeTable, day: string): Statement {
  if (table.time === undefined) {
    const where = seenFiles(table);
    within(where, seenAt, day);
    return {
      text: `SELECT f.id, ${rowsOfFile(where, table)} AS rows FROM ops.file f WHERE ${where.sql()} ORDER BY 1`,
      values: where.values,
    };
  }
  const where = ofDay(table.time, day);
  return {
    text: `SELECT d.file_id AS id, count(*) AS rows FROM ${quoteTable(table.table)} d WHERE ${where.sql()} GROUP BY 1 ORDER BY 1`,
    values: where.values,
  };
}

/** Rows and ledger are committed together, so only loaded files have rows. */
function seenFiles(table: LakeTable): Conditions {
  const where = conditions();
  where.and(`f.state = 'loaded' AND f.source = ${where.param(table.source)}`);
  where.and(`${rowsOfFile(where, table)} > 0`);
  return where;
}

/** A source of several datasets says of each how many rows a file has. */
const rowsOfFile = (where: Conditions, { dataset }: LakeTable): string =>
  `COALESCE((f.table_rows ->> ${where.param(dataset)})::bigint, f.rows)`;

/** A moment as SQL, and the type that its days are compared as. */
interface Moment {
  readonly sql: string;
  readonly type: string;
}

/** As the day of images: see `seenDaySql`. */
const seenAt: Moment = { sql: "(f.seen_at AT TIME ZONE 'UTC')", type: 'timestamp' };

/** Sessions speak UTC. */
const timeOf = ({ column, type }: NonNullable<LakeTable['time']>): Moment => ({
  sql: `d.${escapeIdentifier(column)}`,
  type,
});

function ofDay(time: NonNullable<LakeTable['time']>, day: string): Conditions {
  const where = conditions();
  within(where, timeOf(time), day);
  return where;
}

function within(where: Conditions, { sql, type }: Moment, day: string): void {
  const date = day.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
  where.and(`${sql} >= ${where.param(date)}::${type} AND ${sql} < ${where.param(nextDay(date))}::${type}`);
}

const nextDay = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().replace(/^\+0*/, '').replace(/T.*$/, '');
