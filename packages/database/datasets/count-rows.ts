import { escapeIdentifier } from 'pg';
import { idColumnOf } from '#contracts/check-star.js';
import type { PartitionDefinition, TableDefinition } from '#contracts/dataset.js';
import type { Tx } from '../pool.js';
import { quoteTable } from '../quote.js';
import { type StarDataset, starFilesTable } from './star.js';

/** Days of a dataset, both ends included; all without. */
export interface DayRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A table whose rows belong to days. */
export type DayTable = TableDefinition & { readonly partition: PartitionDefinition };

/** What a day has. */
export interface DayCount {
  /** `2023-01-01` */
  readonly day: string;
  /** Different values of the column by which the table is partitioned. */
  readonly times: number;
  readonly rows: number;
}

/** The days that have rows, ascending. Reads the partitions of the range once. */
export async function countByDay(tx: Tx, { table, partition }: DayTable, range: DayRange): Promise<DayCount[]> {
  const time = escapeIdentifier(partition.column);
  const { rows } = await tx.query<{ day: string; times: string; rows: string }>(
    // Rows per time first: so many groups fit into a hash table, and distinct values would be sorted.
    `SELECT time::date::text AS day, count(*) AS times, sum(n) AS rows
     FROM (SELECT ${time} AS time, count(*) AS n FROM ${quoteTable(table)} WHERE ${withinDays(time)} GROUP BY 1) at
     GROUP BY 1 ORDER BY 1`,
    [range.from ?? null, range.to ?? null],
  );
  return rows.map((row) => ({ day: row.day, times: Number(row.times), rows: Number(row.rows) }));
}

/** Different values of some columns, null not counted. Reads the partitions of the range once for each. */
export async function countDistinct(
  tx: Tx,
  { table, partition }: DayTable,
  columns: readonly string[],
  range: DayRange,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const column of columns) {
    const name = escapeIdentifier(column);
    const { rows } = await tx.query<{ values: string }>(
      `SELECT count(*) AS values FROM (SELECT DISTINCT ${name} FROM ${quoteTable(table)}
         WHERE ${name} IS NOT NULL AND ${withinDays(escapeIdentifier(partition.column))}) d`,
      [range.from ?? null, range.to ?? null],
    );
    counts[column] = Number(rows[0]?.values);
  }
  return counts;
}

/** `$1` and `$2` are the first and the last day, or null. Bounds that are constants leave partitions out. */
const withinDays = (time: string): string =>
  `${time} >= COALESCE($1::date, '-infinity') AND (${time} < $2::date + 1 OR $2::date IS NULL)`;

/** Rows of the fact table in which each member of a dimension should occur; else all are looked at. */
const firstFacts = 2_000_000;

/**
 * Different values of the columns that a star has tables for, without reading the dataset: the members of each table, if
 * each of them was found among the first facts.
 * @param tableRows rows of the dataset's table
 * @returns undefined when that would not be exact: a member was not found, the star has other files than the ledger
 * says are loaded, or the table has other rows
 */
export async function countMembers(
  tx: Tx,
  { star, ...dataset }: StarDataset,
  source: string,
  tableRows: number,
): Promise<Record<string, number> | undefined> {
  const { rows: states } = await tx.query<{ differing: number; rows: string }>(
    `SELECT count(*) FILTER (WHERE f.id IS NULL OR s.file_id IS NULL OR s.run_id IS DISTINCT FROM f.run_id)::int AS differing,
       COALESCE(sum(f.rows), 0) AS rows
     FROM (SELECT id, run_id, rows FROM ops.file WHERE source = $1 AND state = 'loaded') f
     FULL JOIN ${quoteTable(starFilesTable({ ...dataset, star }))} s ON s.file_id = f.id`,
    [source],
  );
  const [state] = states;
  if (!state || state.differing > 0 || Number(state.rows) !== tableRows) return undefined;
  const counts: Record<string, number> = {};
  for (const dimension of star.dimensions) {
    const id = escapeIdentifier(idColumnOf(dimension));
    const { rows } = await tx.query<{ members: string; found: string }>(
      `SELECT (SELECT count(*) FROM ${quoteTable(dimension.table)}) AS members,
         (SELECT count(*) FROM (SELECT DISTINCT ${id} FROM (SELECT ${id} FROM ${quoteTable(star.fact)} LIMIT ${firstFacts}) first
          WHERE ${id} IS NOT NULL) d) AS found`,
    );
    const [counted] = rows;
    if (!counted || counted.members !== counted.found) return undefined;
    counts[dimension.column] = Number(counted.members);
  }
  return counts;
}
