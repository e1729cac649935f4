import type { ReadableDataset } from '#contracts/file-task.js';
import { countedFiles, readWithPending } from '../changes/pending.js';
import type { Pool } from '../pool.js';
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

/** A row of the answer; what it knows of a file is null where none was loaded. */
interface FigureRow {
  readonly name: string;
  readonly files: number;
  readonly rows: number;
  readonly fileId: string;
  readonly path: string;
  readonly runId: string | null;
  readonly at: string | null;
  readonly age: number | null;
  readonly newest: string | null;
}

/** Of a source whose rows all go into one table: from the tally, and from the ends of two indexes. */
const alone = `
  SELECT dataset.name, counted.files, counted.rows,
    (SELECT max(rows_to) FROM ops.file WHERE state = 'loaded' AND source = dataset.source AND rows_to IS NOT NULL) AS newest,
    (SELECT id FROM ops.file WHERE state = 'loaded' AND COALESCE(source, '') = dataset.source ORDER BY ended_at DESC NULLS LAST, id DESC LIMIT 1) AS latest
  FROM dataset JOIN counted ON counted.source = dataset.source WHERE NOT is_one_of_several`;

/** Of a source with several tables, into each of which not every file brings rows: from its loaded files. */
const ofSeveral = `
  SELECT dataset.name, s.* FROM dataset CROSS JOIN LATERAL (
    SELECT count(*) AS files, COALESCE(sum((table_rows->>dataset.name)::bigint), 0) AS rows, max(rows_to) AS newest,
      (array_agg(id ORDER BY ended_at DESC NULLS LAST, id DESC))[1] AS latest
    FROM ops.file WHERE state = 'loaded' AND table_rows IS NOT NULL AND source = dataset.source AND table_rows ? dataset.name
  ) s WHERE is_one_of_several`;

/**
 * Figures from the ledger: the tables themselves, which may have many millions of rows, are not asked.
 * @returns gives those of a dataset by its name
 */
export async function readDatasetFigures(
  pool: Pool,
  datasets: readonly ReadableDataset[],
): Promise<(name: string) => DatasetFigures> {
  const rows = await readWithPending(pool, async (tx, rolledUp) => {
    const values: unknown[] = [
      datasets.map(({ name }) => name),
      datasets.map(({ source }) => source.name),
      datasets.map(({ task }) => task.datasets !== undefined),
    ];
    const found = await tx.query<FigureRow>(
      `WITH dataset AS (SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[]) AS dataset (name, source, is_one_of_several)),
       counted AS (
         SELECT source, sum(files) AS files, sum(rows) AS rows FROM (${countedFiles(rolledUp, values)}) each
         WHERE state = 'loaded' GROUP BY 1
       ), figures AS (${alone} UNION ALL ${ofSeveral})
       SELECT s.name, s.files::float8, s.rows::float8, f.id AS "fileId", f.path, f.run_id AS "runId", ${instantSql('f.ended_at')} AS at,
         extract(epoch FROM clock_timestamp() - f.ended_at)::float8 AS age, ${instantSql('s.newest')} AS newest
       FROM figures s JOIN ops.file f ON f.id = s.latest`,
      values,
    );
    return found.rows;
  });
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
