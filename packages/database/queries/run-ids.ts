import type { RunState } from '#contracts/states.js';
import type { Queryable } from '../pool.js';
import { type RunFilter, runConditions } from './run-filter.js';

/** A page of the runs that a filter finds and that are in one of some states, oldest first. */
export async function listRunIds(
  db: Queryable,
  filter: RunFilter,
  states: readonly RunState[],
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<string[]> {
  const where = runConditions(filter);
  where.when(states, (p) => `r.state = ANY(${p}::ops.run_state[])`);
  where.when(after, (p) => `r.id > ${p}::uuid`);
  const { rows } = await db.query<{ id: string }>(
    `SELECT r.id FROM ops.run r WHERE ${where.sql()} ORDER BY r.id LIMIT ${where.param(limit)}`,
    where.values,
  );
  return rows.map(({ id }) => id);
}
