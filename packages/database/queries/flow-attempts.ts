import type { AttemptState } from '#contracts/states.js';
import type { Queryable } from '../pool.js';

/** One try of a run, as a flow's timeline draws it. Times are ISO-8601 in UTC. */
export interface FlowAttempt {
  readonly number: number;
  readonly state: AttemptState;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** Of one run; older ones are in the run itself. */
const maxAttempts = 20;

/** The latest attempts of some runs, each run's oldest first. */
export async function readFlowAttempts(
  db: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FlowAttempt[]>> {
  const { rows } = await db.query<{
    id: string;
    number: number;
    state: AttemptState;
    startedAt: Date;
    endedAt: Date | null;
  }>(
    `SELECT run.id, a.number, a.state, a.started_at AS "startedAt", a.ended_at AS "endedAt"
     FROM unnest($1::uuid[]) AS run (id), LATERAL (
       SELECT * FROM ops.attempt WHERE run_id = run.id ORDER BY number DESC LIMIT $2
     ) a ORDER BY run.id, a.number`,
    [ids, maxAttempts],
  );
  const found = new Map<string, FlowAttempt[]>();
  for (const { id, number, state, startedAt, endedAt } of rows) {
    const attempt = { number, state, startedAt: startedAt.toISOString(), endedAt: endedAt?.toISOString() ?? null };
    const others = found.get(id);
    if (others) others.push(attempt);
    else found.set(id, [attempt]);
  }
  return found;
}
