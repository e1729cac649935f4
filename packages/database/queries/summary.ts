import { runStates } from '#contracts/states.js';
import { countedFiles, readWithPending } from '../changes/pending.js';
import type { Pool } from '../pool.js';
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
