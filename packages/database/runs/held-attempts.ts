import type { Queryable } from '../pool.js';
import type { Fence } from './attempt-types.js';

/** An attempt that no longer holds its run. */
export interface LostAttempt extends Fence {
  /** Why, for people. */
  readonly reason: string;
}

/** Those of some attempts that no longer hold their runs: cancelled, taken over, or gone from the record. */
export async function listLostAttempts(db: Queryable, fences: readonly Fence[]): Promise<LostAttempt[]> {
  const { rows } = await db.query<LostAttempt>({
    name: 'list-lost-attempts',
    text: `SELECT held.run_id AS "runId", held.attempt, CASE
         WHEN r.id IS NULL THEN 'the record of it is gone'
         WHEN r.attempt <> held.attempt THEN format('attempt %s has taken over', r.attempt)
         WHEN r.state = 'cancelled' THEN r.error ->> 'message'
         ELSE format('it is %s', r.state) END AS reason
       FROM unnest($1::uuid[], $2::int[]) AS held (run_id, attempt) LEFT JOIN ops.run r ON r.id = held.run_id
       WHERE (r.state = 'running' AND r.attempt = held.attempt) IS NOT TRUE`,
    values: [fences.map(({ runId }) => runId), fences.map(({ attempt }) => attempt)],
  });
  return rows;
}
