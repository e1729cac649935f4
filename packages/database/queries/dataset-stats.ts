import { escapeIdentifier } from 'pg';
import { differenceColumns } from '#contracts/check-summary.js';
import type { DifferenceDefinition } from '#contracts/dataset.js';
import { countUnsummarized } from '../datasets/refresh-summary.js';
import { chunkValues, minutesPerDay, type SummarizedDataset, summaryTable, valueTable } from '../datasets/summary.js';
import type { Pool, Tx } from '../pool.js';
import { quoteTable } from '../quote.js';
import { type MissingMinutes, missingMinutes } from './missing-minutes.js';
import { readTogether } from './reading.js';
import { instantSql, shortInstant, shortWallTime, wallTimeSql } from './times.js';

/** Most days in an answer; some ten years. */
const maxDays = 3_660;
/** Most numbers of days of a difference in an answer. */
const maxDifferences = 1_000;
const limitMs = 10_000;

/** Days of a dataset, both ends included, in UTC for times with a zone; all without. */
export interface StatsRange {
  /** `2023-01-01` */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Counts of some rows. */
interface Counts {
  readonly rows: number;
  /** Minutes that have a row. */
  readonly minutes: number;
  /** By distinct column: values that occur, null not counted. */
  readonly distinct: Readonly<Record<string, number>>;
}

/** How many rows have which difference between two of their times. */
export interface DifferenceFigures {
  readonly difference: DifferenceDefinition;
  /** By whole days, ascending; the first ones. */
  readonly byDays: readonly { readonly days: number; readonly rows: number }[];
  /** Numbers of days that are left out there. */
  readonly omitted: number;
  /** Of the later time: ISO-8601, in UTC if it has a zone. */
  readonly earliest: string | null;
  readonly latest: string | null;
}

/** What a dataset's summary answers. */
export interface DatasetStats extends Counts {
  /** Loaded files, whatever the range. */
  readonly files: number;
  /** Of those, the ones that are not counted yet: the task refresh-summary does it. */
  readonly missingFiles: number;
  /** Ascending, the first ones; `files` is how many have rows of the day. */
  readonly days: readonly (Counts & { readonly day: string; readonly files: number })[];
  readonly omittedDays: number;
  readonly missing: MissingMinutes;
  readonly differences: readonly DifferenceFigures[];
}

/** Reads a dataset's figures in one pass over its summary, all as of one moment. */
export async function readDatasetStats(
  pool: Pool,
  dataset: SummarizedDataset,
  source: string,
  range: StatsRange,
): Promise<DatasetStats> {
  return await readTogether(pool, limitMs, async (tx) => {
    // What compiling a statement costs is never earned back here.
    await tx.query('SET LOCAL jit = off');
    const { total, days } = await readDays(tx, dataset, range);
    const differences: DifferenceFigures[] = [];
    for (const difference of dataset.summary.differences ?? []) {
      differences.push(await readDifference(tx, dataset, difference, range));
    }
    const hasZone = dataset.columns.find(({ name }) => name === dataset.partition.column)?.type === 'timestamptz';
    return {
      ...total,
      files: await countLoaded(tx, source),
      missingFiles: await countUnsummarized(tx, dataset, source),
      days: days.slice(0, maxDays).map(({ bits, ...day }) => day),
      omittedDays: Math.max(0, days.length - maxDays),
      missing: missingMinutes(days, range, hasZone),
      differences,
    };
  });
}

/** The summary's rows that count: `$1` and `$2` are the first and the last day or null. */
const counted = (dataset: SummarizedDataset): string =>
  `FROM ${quoteTable(summaryTable(dataset))}
   WHERE day > '-infinity' AND day >= COALESCE($1::date, '-infinity') AND (day <= $2::date OR $2::date IS NULL)`;

const daysOf = ({ from, to }: StatsRange): unknown[] => [from ?? null, to ?? null];

interface DayRow {
  readonly [name: `values${number}`]: number | null;
  /** null for all days together. */
  readonly day: string | null;
  readonly files: number;
  readonly rows: number;
  readonly minutes: number;
  /** A bit for each minute; null when all are set. */
  readonly bits: string | null;
}

async function readDays(tx: Tx, dataset: SummarizedDataset, range: StatsRange) {
  const distinct = dataset.summary.distinct ?? [];
  const widths = await readWidths(tx, dataset, distinct);
  const each = (sql: (n: number, column: string) => string): string =>
    distinct.map((column, n) => `${sql(n, escapeIdentifier(column))}, `).join('');
  const { rows } = await tx.query<DayRow>(
    `WITH part AS MATERIALIZED (
       SELECT day, chunk, ${each((n, column) => `bit_or(${column}::bit(${widths[n]})) AS set${n}`)}
         count(*) FILTER (WHERE chunk = 0)::float8 AS files, sum(rows)::float8 AS rows, bit_or(minutes::bit(${minutesPerDay})) AS minutes
       ${counted(dataset)} GROUP BY day, chunk
     ), whole AS (SELECT ${each((n) => `bit_or(set${n}) AS set${n}`)} chunk FROM part GROUP BY chunk)
     SELECT day::text, ${each((n) => `sum(bit_count(set${n}))::float8 AS values${n}`)}
       sum(files) AS files, sum(rows) AS rows, bit_count(bit_or(minutes))::float8 AS minutes,
       CASE WHEN bit_count(bit_or(minutes)) < ${minutesPerDay} THEN bit_or(minutes)::text END AS bits
     FROM part GROUP BY day
     UNION ALL SELECT NULL, ${each((n) => `sum(bit_count(set${n}))::float8`)} NULL, NULL, NULL, NULL FROM whole
     ORDER BY 1 NULLS FIRST`,
    daysOf(range),
  );
  const countsOf = (row: DayRow | undefined) =>
    Object.fromEntries(distinct.map((column, n) => [column, row?.[`values${n}`] ?? 0]));
  const days = rows
    .slice(1)
    .map(({ day, ...row }) => ({ day: day ?? '', ...pick(row), distinct: countsOf({ day, ...row }), bits: row.bits }));
  const total = {
    rows: days.reduce((sum, day) => sum + day.rows, 0),
    minutes: days.reduce((sum, day) => sum + day.minutes, 0),
    distinct: countsOf(rows[0]),
  };
  return { total, days };
}

const pick = ({ files, rows, minutes }: Pick<DayRow, 'files' | 'rows' | 'minutes'>) => ({ files, rows, minutes });

/** Bits that all ids of each column fit into: sets are made as wide as that, so that they can be joined. */
async function readWidths(tx: Tx, dataset: SummarizedDataset, columns: readonly string[]): Promise<number[]> {
  const { rows } = await tx.query<{ next: number }>(
    `SELECT COALESCE((SELECT max(id) + 1 FROM ${quoteTable(valueTable(dataset))} v WHERE v.column_name = c.name), 0) AS next
     FROM unnest($1::text[]) WITH ORDINALITY AS c (name, nth) ORDER BY nth`,
    [columns],
  );
  return rows.map(({ next }) => Math.min(chunkValues, Math.max(8, Math.ceil(next / 8) * 8)));
}

async function readDifference(
  tx: Tx,
  dataset: SummarizedDataset,
  difference: DifferenceDefinition,
  range: StatsRange,
): Promise<DifferenceFigures> {
  const names = differenceColumns(difference);
  const [daysColumn, rowsColumn, least, greatest] = [names.days, names.rows, names.least, names.greatest].map(
    escapeIdentifier,
  );
  const { rows } = await tx.query<{ days: number; rows: number }>(
    `SELECT d.days, sum(d.rows)::float8 AS rows
     FROM (SELECT ${daysColumn} AS days, ${rowsColumn} AS rows ${counted(dataset)} AND chunk = 0) s, unnest(s.days, s.rows) AS d (days, rows)
     GROUP BY 1 ORDER BY 1`,
    daysOf(range),
  );
  const hasZone = dataset.columns.find(({ name }) => name === difference.to)?.type === 'timestamptz';
  const text = (sql: string): string => (hasZone ? instantSql(sql) : wallTimeSql(sql));
  const { rows: bounds } = await tx.query<{ earliest: string | null; latest: string | null }>(
    `SELECT ${text(`min(${least})`)} AS earliest, ${text(`max(${greatest})`)} AS latest ${counted(dataset)} AND chunk = 0`,
    daysOf(range),
  );
  const short = (time: string | null | undefined): string | null =>
    time === null || time === undefined ? null : hasZone ? shortInstant(time) : shortWallTime(time);
  return {
    difference,
    byDays: rows.slice(0, maxDifferences),
    omitted: Math.max(0, rows.length - maxDifferences),
    earliest: short(bounds[0]?.earliest),
    latest: short(bounds[0]?.latest),
  };
}

async function countLoaded(tx: Tx, source: string): Promise<number> {
  const { rows } = await tx.query<{ files: number }>(
    "SELECT count(*)::int AS files FROM ops.file WHERE source = $1 AND state = 'loaded'",
    [source],
  );
  return rows[0]?.files ?? 0;
}
