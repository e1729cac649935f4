import type { ReadableDataset } from '#contracts/file-task.js';
import type { Queryable } from '../pool.js';
import { instantSql, shortInstant } from './times.js';

/** What the ledger knows of a source's loaded files. */
export interface DatasetFigures {
  readonly files: number;
  /** Rows of those files; exact, as both are committed together. */
  readonly rows: number;
  /** The file that was loaded last. */
  readonly lastLoad: {
    readonly fileId: string;
    readonly path: string;
    readonly runId: string | null;
    /** ISO-8601 in UTC. */
    readonly at: string | null;
  } | null;
  readonly freshness: {
    /** When the last load ended: ISO-8601 in UTC. */
    readonly lastLoadAt: string | null;
    /** Seconds since then, by the database's clock. */
    readonly ageSeconds: number | null;
    /**
     * The greatest time of the rows, where the dataset is partitioned by a time: ISO-8601, with Z where the column has a
     * zone.
     */
    readonly newestRow: string | null;
  };
}

const noFigures: DatasetFigures = {
  files: 0,
  rows: 0,
  lastLoad: null,
  freshness: { lastLoadAt: null, ageSeconds: null, newestRow: null },
};

/**
 * Figures from the ledger: the tables themselves, which may have many millions of rows, are not asked.
 * @returns gives those of a dataset by its name
 */
export async function readDatasetFigures(
  db: Queryable,
  datasets: readonly ReadableDataset[],
): Promise<(name: string) => DatasetFigures> {
  const { rows } = await db.query<{
    name: string;
    files: number;
    rows: number;
    fileId: string;
    path: string;
    runId: string | null;
    at: string | null;
    age: number | null;
    newest: string | null;
  }>(
    `SELECT s.name, s.files, s.rows, f.id AS "fileId", f.path, f.run_id AS "runId", ${instantSql('f.ended_at')} AS at,
       extract(epoch FROM clock_timestamp() - f.ended_at)::float8 AS age, ${instantSql('s.newest')} AS newest
     FROM unnest($1::text[], $2::text[], $3::boolean[]) AS dataset (name, source, is_one_of_several)
     CROSS JOIN LATERAL (
       SELECT dataset.name, count(*)::float8 AS files,
         COALESCE(sum(CASE WHEN is_one_of_several THEN (table_rows->>dataset.name)::bigint ELSE rows END), 0)::float8 AS rows,
         max(rows_to) AS newest, (array_agg(id ORDER BY ended_at DESC NULLS LAST, id DESC))[1] AS latest
       FROM ops.file
       WHERE state = 'loaded' AND source = dataset.source AND (NOT is_one_of_several OR table_rows ? dataset.name)
     ) s JOIN ops.file f ON f.id = s.latest`,
    [
      datasets.map(({ name }) => name),
      datasets.map(({ source }) => source.name),
      datasets.map(({ task }) => task.datasets !== undefined),
    ],
  );
  const zoned = new Set(datasets.filter(hasZone).map(({ name }) => name));
  const figures = new Map(
    rows.map(({ name, files, rows: count, at, age, newest, ...file }): [string, DatasetFigures] => {
      const lastLoadAt = at === null ? null : shortInstant(at);
      const freshness = { lastLoadAt, ageSeconds: age, newestRow: newestRow(newest, zoned.has(name)) };
      return [name, { files, rows: count, lastLoad: { ...file, at: lastLoadAt }, freshness }];
    }),
  );
  return (name) => figures.get(name) ?? noFigures;
}

/** Whether the times by which a dataset is partitioned have a zone. */
const hasZone = ({ dataset: { partition, columns } }: ReadableDataset): boolean =>
  columns.find(({ name }) => name === partition?.column)?.type === 'timestamptz';

/** The ledger reads times without a zone as UTC. */
function newestRow(text: string | null, isZoned: boolean): string | null {
  if (text === null) return null;
  const short = shortInstant(text);
  return isZoned ? short : short.slice(0, -1);
}
