import type { ReadableDataset } from '#contracts/file-task.js';
import type { Queryable } from '../pool.js';
import { instantSql, shortInstant } from './times.js';

/** A run that loaded files of a dataset which are loaded still. */
export interface DatasetLoad {
  readonly runId: string;
  /** When it ended: ISO-8601 in UTC. */
  readonly at: string;
  /** Of its files those that nothing has replaced since. */
  readonly files: number;
  /** Rows that these have in the dataset. */
  readonly rows: number;
}

/** How many are given. */
const shownLoads = 5;
/** How many of the latest runs are looked at: one that loaded nothing, or whose files are replaced, is passed over. */
const consideredRuns = 40;

/**
 * The last loads of each dataset, latest first.
 * @returns gives those of a dataset by its name
 */
export async function readDatasetLoads(
  db: Queryable,
  datasets: readonly ReadableDataset[],
): Promise<(name: string) => readonly DatasetLoad[]> {
  const { rows } = await db.query<DatasetLoad & { name: string }>(
    `SELECT dataset.name, load.id AS "runId", ${instantSql('load.ended_at')} AS at, load.files, load.rows
     FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[]) AS dataset (name, source, task, is_one_of_several)
     CROSS JOIN LATERAL (
       SELECT r.id, r.ended_at, f.files, f.rows
       FROM (SELECT id, ended_at FROM ops.run WHERE task = dataset.task AND state = 'succeeded' ORDER BY id DESC LIMIT ${consideredRuns}) r
       CROSS JOIN LATERAL (
         SELECT count(*)::float8 AS files,
           COALESCE(sum(CASE WHEN is_one_of_several THEN (table_rows->>dataset.name)::bigint ELSE file.rows END), 0)::float8 AS rows
         FROM ops.file file
         WHERE file.run_id = r.id AND file.state = 'loaded' AND file.source = dataset.source
           AND (NOT is_one_of_several OR table_rows ? dataset.name)
       ) f
       WHERE f.files > 0 ORDER BY r.ended_at DESC, r.id DESC LIMIT ${shownLoads}
     ) load
     ORDER BY load.ended_at DESC, load.id DESC`,
    [
      datasets.map(({ name }) => name),
      datasets.map(({ source }) => source.name),
      datasets.map(({ task }) => task.name),
      datasets.map(({ task }) => task.datasets !== undefined),
    ],
  );
  return (dataset) =>
    rows
      .filter(({ name }) => name === dataset)
      .map(({ name: _name, at, ...load }) => ({ ...load, at: shortInstant(at) }));
}
