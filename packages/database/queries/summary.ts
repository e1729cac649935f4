import { runStates } from '#contracts/states.js';
import { countedFiles, readWithPending } from '../changes/pending.js';
import type { Pool, Queryable } from '../pool.js';
import { countRuns } from './run-counts.js';

/** How many entries of a record are in each state. */
export type StateCounts = ReadonlyMap<string, number>;

/** Files of the ledger by state, from their tally. */
export async function countFiles(pool: Pool): Promise<StateCounts> {
  return await readWithPending(pool, async (tx, rolledUp) => {
    const values: unknown[] = [];
    const { rows } = await tx.query<{ state: string; count: number }>(
      `SELECT state, sum(files)::float8 AS count FROM (${countedFiles(rolledUp, values)}) counted
       GROUP BY state HAVING sum(files) > 0 ORDER BY state`,
      values,
    );
    return new Map(rows.map((row) => [row.state, row.count]));
  });
}

/** Runs by state, from their tally. */
export async function countRunsByState(pool: Pool): Promise<StateCounts> {
  const { groups } = await countRuns(pool, {}, 'state');
  const counts = new Map(groups.map(({ value, count }) => [value, count]));
  return new Map(runStates.flatMap((state) => (counts.has(state) ? [[state, counts.get(state) ?? 0]] : [])));
}

/** A worker process that has not said goodbye. */
export interface LiveWorker {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Runs it held when it was last seen. */
  readonly active: number;
  /** Seconds since it was last seen. */
  readonly seenSecondsAgo: number;
}

/** Workers that were seen within the last five minutes and have not stopped, at most 100. */
export async function listLiveWorkers(db: Queryable): Promise<LiveWorker[]> {
  const { rows } = await db.query<LiveWorker>(
    `SELECT id, host, pid, cardinality(active) AS active,
       extract(epoch FROM now() - seen_at)::float8 AS "seenSecondsAgo"
     FROM ops.worker WHERE stopped_at IS NULL AND seen_at > now() - interval '5 minutes' ORDER BY id LIMIT 100`,
  );
  return rows;
}

/** The face model that made the newest result, or undefined when there is none yet. */
export async function latestFaceModel(db: Queryable): Promise<string | undefined> {
  const { rows } = await db.query<{ model: string }>('SELECT model FROM dwd.image ORDER BY file_id DESC LIMIT 1');
  return rows[0]?.model;
}
