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
}

/** For a source that has no loaded file. */
export const noFigures: DatasetFigures = { files: 0, rows: 0, lastLoad: null };

/** Figures by source, from the ledger: the tables themselves, which may have many millions of rows, are not asked. */
export async function readDatasetFigures(
  db: Queryable,
  sources: readonly string[],
): Promise<ReadonlyMap<string, DatasetFigures>> {
  const { rows } = await db.query<{
    source: string;
    files: number;
    rows: number;
    fileId: string;
    path: string;
    runId: string | null;
    at: string | null;
  }>(
    `SELECT s.source, s.files, s.rows, f.id AS "fileId", f.path, f.run_id AS "runId", ${instantSql('f.ended_at')} AS at
     FROM (
       SELECT source, count(*)::float8 AS files, COALESCE(sum(rows), 0)::float8 AS rows,
         (array_agg(id ORDER BY ended_at DESC NULLS LAST, id DESC))[1] AS latest
       FROM ops.file WHERE state = 'loaded' AND source = ANY($1::text[]) GROUP BY source
     ) s JOIN ops.file f ON f.id = s.latest`,
    [sources],
  );
  return new Map(
    rows.map(({ source, files, rows: count, at, ...file }) => [
      source,
      { files, rows: count, lastLoad: { ...file, at: at === null ? null : shortInstant(at) } },
    ]),
  );
}
