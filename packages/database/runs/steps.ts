import { FencedError } from '#contracts/errors.js';
import type { Queryable } from '../pool.js';
import type { Fence } from './attempt-types.js';

/** The end of a step. */
export interface EndedStep {
  readonly fence: Fence;
  readonly key: string;
  /** What it returned, as JSON; null for nothing. */
  readonly output: string | null;
}

/**
 * Records steps that have ended, in one statement.
 * @returns in the order of `steps`, whether each is recorded: one is not when its attempt does not hold the run, or
 * somebody has locked it
 */
export async function recordSteps(db: Queryable, steps: readonly EndedStep[]): Promise<(true | undefined)[]> {
  return await record(db, steps, 'SKIP LOCKED');
}

/** Records a step. @throws FencedError when its attempt no longer holds the run */
export async function recordStep(db: Queryable, step: EndedStep): Promise<true> {
  const [recorded] = await record(db, [step], '');
  if (recorded) return recorded;
  const { runId, attempt } = step.fence;
  throw new FencedError(`attempt ${attempt} of run ${runId} no longer holds it; its step ${step.key} was not recorded`);
}

async function record(
  db: Queryable,
  steps: readonly EndedStep[],
  locking: '' | 'SKIP LOCKED',
): Promise<(true | undefined)[]> {
  const { rows } = await db.query<{ nth: string }>({
    ...(locking === '' ? {} : { name: 'record-steps' }),
    text: `WITH done AS MATERIALIZED (
         SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::json[])
           WITH ORDINALITY AS done (run_id, attempt, key, output, nth)
       ), own AS MATERIALIZED (
         SELECT done.* FROM done JOIN ops.run r ON r.id = done.run_id
         WHERE r.attempt = done.attempt AND (r.state = 'running') IS TRUE ORDER BY r.id FOR SHARE OF r ${locking}
       ), recorded AS (
         INSERT INTO ops.step (run_id, key, attempt, output) SELECT run_id, key, attempt, output FROM own
       )
       SELECT nth FROM own`,
    values: [
      steps.map(({ fence }) => fence.runId),
      steps.map(({ fence }) => fence.attempt),
      steps.map(({ key }) => key),
      steps.map(({ output }) => output),
    ],
  });
  const recorded = new Set(rows.map((row) => Number(row.nth)));
  return steps.map((_step, index) => recorded.has(index + 1) || undefined);
}
