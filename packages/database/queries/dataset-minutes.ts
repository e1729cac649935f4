import { minutesPerDay, type SummarizedDataset, summaryTable } from '../datasets/summary.js';
import type { Pool, Tx } from '../pool.js';
import { quoteTable } from '../quote.js';
import type { StatsRange } from './dataset-stats.js';
import { readingLimitMs, readTogether } from './reading.js';

/** Which minutes of a day have rows. */
export interface DayMinutes {
  /** `2023-01-01` */
  readonly day: string;
  /** How many minutes have a row. */
  readonly minutes: number;
  /** A `1` for each minute that has a row and a `0` for each other one, 1,440 of them. */
  readonly marks: string;
}

/** Which minutes of some days have rows. */
export interface DatasetMinutes {
  /** The first and the last day that have rows, whatever days are asked for; null without rows. */
  readonly first: string | null;
  readonly last: string | null;
  /** The days that `days` has, both included; null when none are asked for and there are no rows. */
  readonly from: string | null;
  readonly to: string | null;
  /** Ascending, without a gap. */
  readonly days: readonly DayMinutes[];
}

/**
 * The minutes that have rows, from a dataset's summary. Without a last day it is the last one that has rows, without a first
 * day as many days before it as may be shown, but none before the first one that has rows.
 * @param maxDays most days in the answer; a range with both ends is not longer
 */
export function readDatasetMinutes(
  pool: Pool,
  dataset: SummarizedDataset,
  range: StatsRange,
  maxDays: number,
): Promise<DatasetMinutes> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    // What compiling a statement costs is never earned back here.
    await tx.query('SET LOCAL jit = off');
    const span = await readSpan(tx, dataset, range, maxDays);
    return { ...span, days: await readDays(tx, dataset, span) };
  });
}

type Span = Omit<DatasetMinutes, 'days'>;

async function readSpan(tx: Tx, dataset: SummarizedDataset, { from, to }: StatsRange, maxDays: number): Promise<Span> {
  const { rows } = await tx.query<Span>(
    `SELECT first::text, last::text, "from"::text, "to"::text
     FROM (SELECT min(day) AS first, max(day) AS last FROM ${quoteTable(summaryTable(dataset))} WHERE day > '-infinity') rows
     CROSS JOIN LATERAL (SELECT CASE WHEN $2::date IS NOT NULL THEN $2::date WHEN $1::date IS NULL THEN last
       ELSE GREATEST($1::date, LEAST(last, $1::date + ($3::int - 1))) END AS "to") ending
     CROSS JOIN LATERAL (SELECT COALESCE($1::date, LEAST("to", GREATEST(first, "to" - ($3::int - 1)))) AS "from") beginning`,
    [from ?? null, to ?? null, maxDays],
  );
  const [span] = rows;
  if (span === undefined) throw new Error('the days of a summary: expected one row, got none');
  return span;
}

async function readDays(tx: Tx, dataset: SummarizedDataset, { from, to }: Span): Promise<DayMinutes[]> {
  const { rows } = await tx.query<{ day: string; minutes: number; marks: string | null }>(
    `SELECT ($1::date + n)::text AS day, COALESCE(bit_count(d.bits), 0)::float8 AS minutes, d.bits::text AS marks
     FROM generate_series(0, $2::date - $1::date) n
     LEFT JOIN (
       SELECT day, bit_or(minutes::bit(${minutesPerDay})) AS bits FROM ${quoteTable(summaryTable(dataset))}
       WHERE chunk = 0 AND day BETWEEN $1::date AND $2::date GROUP BY day
     ) d ON d.day = $1::date + n
     ORDER BY n`,
    [from, to],
  );
  return rows.map(({ marks, ...day }) => ({ ...day, marks: marks ?? '0'.repeat(minutesPerDay) }));
}
