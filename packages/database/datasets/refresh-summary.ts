import { escapeIdentifier, escapeLiteral } from 'pg';
import { avoiding } from '../plan-methods.js';
import type { Pool, Queryable, Tx } from '../pool.js';
import { quoteTable } from '../quote.js';
import { fileCondition } from './file-condition.js';
import {
  chunkValues,
  minutesPerDay,
  removeStraySummaries,
  type SummarizedDataset,
  summaryColumns,
  summaryTable,
  valueTable,
} from './summary.js';
import { provideValueIds } from './summary-values.js';

/** What one transaction may take on. */
export interface SummaryLimits {
  readonly files: number;
  /** Rows after which no further file is taken. */
  readonly rows: number;
}

/** What a refresh has done. */
export interface SummaryRefresh {
  /** Files whose figures were made from their rows. */
  readonly files: number;
  readonly rows: number;
  /** Rows of figures that were taken away because their files are not loaded any more. */
  readonly removed: number;
  /** Files that are still to be done. */
  readonly left: number;
}

/** Values that are given ids at a time. */
const valuesAtOnce = 10_000;

/** How many loaded files of a source have rows and no figures. */
export async function countUnsummarized(db: Queryable, dataset: SummarizedDataset, source: string): Promise<number> {
  const { rows } = await db.query<{ files: number }>(`SELECT count(*)::int AS files ${unsummarized(dataset)}`, [
    source,
  ]);
  return rows[0]?.files ?? 0;
}

/** `$1` is the source. */
const unsummarized = (dataset: SummarizedDataset): string =>
  `FROM ops.file f WHERE f.source = $1 AND f.state = 'loaded' AND f.rows > 0
     AND NOT EXISTS (SELECT FROM ${quoteTable(summaryTable(dataset))} s WHERE s.file_id = f.id)`;

/**
 * Makes the figures of loaded files that have none from their rows, and takes away those of files that are not loaded:
 * files that were loaded before the dataset had a summary, or with too many distinct values at once. One transaction at a
 * time does this for a dataset.
 * @returns undefined, and nothing done, when another transaction is at it
 */
export async function refreshSummary(
  tx: Tx,
  pool: Pool,
  dataset: SummarizedDataset,
  source: string,
  limits: SummaryLimits,
): Promise<SummaryRefresh | undefined> {
  const { rows: locks } = await tx.query<{ held: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 20261129)) AS held',
    [summaryTable(dataset)],
  );
  if (locks[0]?.held !== true) return undefined;
  // Of tables that nobody has analysed yet the server expects few rows, and would search or sort millions.
  return await avoiding(tx, ['nestloop'], async () => {
    const removed = await removeStraySummaries(tx, dataset, source);
    const total = await countUnsummarized(tx, dataset, source);
    const files = await lockUnsummarized(tx, dataset, source, limits);
    if (files.length === 0) return { files: 0, rows: 0, removed, left: 0 };
    const ofFiles = fileCondition('file_id', files);
    for (const column of dataset.summary.distinct ?? []) await provideIds(tx, pool, dataset, column, ofFiles);
    const rows = await addSummaries(tx, dataset, ofFiles);
    await addEmptySummaries(tx, dataset, files);
    return { files: files.length, rows, removed, left: Math.max(0, total - files.length) };
  });
}

/** The next files, kept loaded until the transaction ends: whoever takes their rows away waits for it. */
async function lockUnsummarized(
  tx: Tx,
  dataset: SummarizedDataset,
  source: string,
  limits: SummaryLimits,
): Promise<bigint[]> {
  const { rows } = await tx.query<{ id: string }>(
    `WITH counted AS (
       SELECT f.id, sum(f.rows) OVER (ORDER BY f.id) - f.rows AS before ${unsummarized(dataset)} ORDER BY f.id LIMIT $2
     )
     SELECT id FROM ops.file WHERE id IN (SELECT id FROM counted WHERE before < $3) AND state = 'loaded'
     ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`,
    [source, limits.files, limits.rows],
  );
  return rows.map(({ id }) => BigInt(id));
}

async function provideIds(
  tx: Tx,
  pool: Pool,
  dataset: SummarizedDataset,
  column: string,
  ofFiles: string,
): Promise<void> {
  const name = escapeIdentifier(column);
  for (;;) {
    const { rows } = await tx.query<{ value: string }>(
      `SELECT DISTINCT ${name} AS value FROM ${quoteTable(dataset.table)} r WHERE ${ofFiles} AND ${name} IS NOT NULL
         AND NOT EXISTS (SELECT FROM ${quoteTable(valueTable(dataset))} v WHERE v.column_name = $1 AND v.value = r.${name})
       LIMIT ${valuesAtOnce}`,
      [column],
    );
    if (rows.length === 0) return;
    const values = rows.map(({ value }) => value);
    await provideValueIds(pool, dataset, column, values);
  }
}

/** @returns rows of the dataset that were summarized */
async function addSummaries(tx: Tx, dataset: SummarizedDataset, ofFiles: string): Promise<number> {
  const { distinct = [], differences = [] } = dataset.summary;
  const time = escapeIdentifier(dataset.partition.column);
  const zeros = (bits: number): string => `repeat('0', ${bits})::bit(${bits})`;
  const parts = [
    `rows_of AS MATERIALIZED (SELECT *, ${time}::date AS day FROM ${quoteTable(dataset.table)} WHERE ${ofFiles})`,
    'base AS (SELECT file_id, day, 0 AS chunk, count(*)::int AS rows FROM rows_of GROUP BY 1, 2)',
    `minutes AS (SELECT file_id, day, 0 AS chunk, bit_or(set_bit(${zeros(minutesPerDay)}, minute, 1)) AS minutes
       FROM (SELECT DISTINCT file_id, day, (extract(epoch FROM ${time} - date_trunc('day', ${time})) / 60)::int AS minute
         FROM (SELECT file_id, day, date_trunc('minute', ${time}) AS ${time} FROM rows_of) at) each GROUP BY 1, 2)`,
    ...distinct.map(
      (column, n) =>
        `distinct${n} AS (SELECT file_id, day, id / ${chunkValues} AS chunk,
           bit_or(set_bit(${zeros(chunkValues)}, id % ${chunkValues}, 1)) AS bits
         FROM (SELECT DISTINCT file_id, day, ${escapeIdentifier(column)} AS value FROM rows_of) r
         JOIN ${quoteTable(valueTable(dataset))} v ON v.column_name = ${escapeLiteral(column)} AND v.value = r.value GROUP BY 1, 2, 3)`,
    ),
    ...differences.flatMap(({ from, to }, n) => {
      const [first, last] = [escapeIdentifier(from), escapeIdentifier(to)];
      return [
        `difference${n} AS (SELECT file_id, day, 0 AS chunk, array_agg(days ORDER BY days) AS days, array_agg(n ORDER BY days) AS rows
         FROM (SELECT file_id, day, floor(extract(epoch FROM ${last} - ${first}) / 86400)::int AS days, count(*)::int AS n
           FROM rows_of WHERE ${last} - ${first} IS NOT NULL GROUP BY 1, 2, 3) each GROUP BY 1, 2)`,
        `bounds${n} AS (SELECT file_id, day, 0 AS chunk, min(${last}) AS least, max(${last}) AS greatest FROM rows_of GROUP BY 1, 2)`,
      ];
    }),
    `keys AS (${['base', ...distinct.map((_, n) => `distinct${n}`)].map((part) => `SELECT file_id, day, chunk FROM ${part}`).join(' UNION ')})`,
  ];
  const joined = [
    'base',
    'minutes',
    ...distinct.map((_, n) => `distinct${n}`),
    ...differences.flatMap((_, n) => [`difference${n}`, `bounds${n}`]),
  ];
  const values = [
    ...['file_id', 'day', 'chunk', 'COALESCE(base.rows, 0)', 'minutes.minutes'],
    ...distinct.map((_, n) => `distinct${n}.bits`),
    ...differences.flatMap((_, n) => [
      ...[`CASE WHEN chunk = 0 THEN COALESCE(difference${n}.days, '{}') END`],
      ...[
        `CASE WHEN chunk = 0 THEN COALESCE(difference${n}.rows, '{}') END`,
        `bounds${n}.least`,
        `bounds${n}.greatest`,
      ],
    ]),
  ];
  const { rows } = await tx.query<{ rows: string }>(
    `WITH ${parts.join(', ')}, added AS (
       INSERT INTO ${quoteTable(summaryTable(dataset))} (${namesOf(dataset)})
       SELECT ${values.join(', ')} FROM keys ${joined.map((part) => `LEFT JOIN ${part} USING (file_id, day, chunk)`).join(' ')}
       RETURNING rows
     ) SELECT COALESCE(sum(rows), 0) AS rows FROM added`,
  );
  return Number(rows[0]?.rows);
}

const namesOf = (dataset: SummarizedDataset): string =>
  summaryColumns(dataset)
    .map(({ name }) => escapeIdentifier(name))
    .join(', ');

/** Files whose rows somebody has removed by hand have been looked at, too. */
async function addEmptySummaries(tx: Tx, dataset: SummarizedDataset, files: readonly bigint[]): Promise<void> {
  const table = quoteTable(summaryTable(dataset));
  await tx.query(
    `INSERT INTO ${table} (file_id, day, chunk, rows)
     SELECT id, '-infinity', 0, 0 FROM unnest($1::bigint[]) AS f (id)
     WHERE NOT EXISTS (SELECT FROM ${table} s WHERE s.file_id = f.id)`,
    [files],
  );
}
