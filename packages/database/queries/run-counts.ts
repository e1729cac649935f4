import type { Pool, Tx } from '../pool.js';
import { readingLimitMs, readTogether } from './reading.js';
import { type RunFilter, runConditions } from './run-filter.js';

/** What runs can be counted by, beside a label. */
export const runGroups = ['task', 'state', 'trigger', 'queue'] as const;
export type RunGroup = (typeof runGroups)[number] | { readonly label: string };

/** How many runs have one value. */
export interface RunCount {
  /** Null: those without the label. */
  readonly value: string | null;
  readonly count: number;
}

/** Values that are counted one by one. */
const maxValues = 200;

/** How many runs there are. */
export interface RunCounts {
  readonly count: number;
  /** The most frequent first, at most 200; none without a group. */
  readonly groups: RunCount[];
}

/** Counts the runs that a filter finds, all and by a value, of one moment. Given up after a while: SQLSTATE 57014. */
export async function countRuns(pool: Pool, filter: RunFilter, group?: RunGroup): Promise<RunCounts> {
  return await readTogether(pool, readingLimitMs, async (tx) => {
    const where = runConditions(filter);
    const { rows } = await tx.query<{ count: number }>(
      `SELECT count(*)::float8 AS count FROM ops.run r WHERE ${where.sql()}`,
      where.values,
    );
    return { count: rows[0]?.count ?? 0, groups: group === undefined ? [] : await countBy(tx, filter, group) };
  });
}

async function countBy(tx: Tx, filter: RunFilter, group: RunGroup): Promise<RunCount[]> {
  const where = runConditions(filter);
  const value = typeof group === 'string' ? `r.${group}::text` : `r.labels ->> ${where.param(group.label)}`;
  const { rows } = await tx.query<RunCount>(
    `SELECT ${value} AS value, count(*)::float8 AS count FROM ops.run r WHERE ${where.sql()}
     GROUP BY 1 ORDER BY count DESC, value LIMIT ${maxValues}`,
    where.values,
  );
  return rows;
}
