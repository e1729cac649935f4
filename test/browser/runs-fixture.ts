import { newRunId } from '#database/runs/record-run.js';
import type { TestApi } from '../integration/api-fixture.js';

/** A run as a test wants it recorded; what is left out is as of one that succeeded. */
export interface SeededRun {
  readonly id?: string;
  readonly task?: string;
  readonly state?: string;
  readonly input?: unknown;
  readonly error?: object;
  readonly labels?: object;
  readonly parent?: string;
  readonly key?: string;
  /** Minutes before now. */
  readonly ago?: number;
}

/** Records runs as the workers would have left them. @returns their ids */
export async function seedRuns({ pool }: TestApi, runs: readonly SeededRun[]): Promise<string[]> {
  const ids = runs.map(({ id }) => id ?? newRunId());
  await pool.query(
    `INSERT INTO ops.run (id, root_id, parent_id, invoke_key, task, queue, state, trigger, input, max_attempts, attempt, error, labels,
       created_at, started_at, ended_at)
     SELECT r.id, COALESCE(r.parent, r.id), r.parent, r.key, r.task, 'loads', r.state::ops.run_state,
       (CASE WHEN r.parent IS NULL THEN 'api' ELSE 'invoke' END)::ops.run_trigger, r.input, 5, 1, r.error, r.labels,
       now() - r.ago * interval '1 min', now() - r.ago * interval '1 min' + interval '1 s',
       CASE WHEN r.state IN ('succeeded', 'failed', 'cancelled') THEN now() - r.ago * interval '1 min' + interval '3 s' END
     FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[], $8::jsonb[], $9::float8[])
       AS r (id, parent, key, task, state, input, error, labels, ago)`,
    [
      ids,
      runs.map(({ parent }) => parent ?? null),
      runs.map(({ key }) => key ?? null),
      runs.map(({ task = 'reload-day' }) => task),
      runs.map(({ state = 'succeeded' }) => state),
      runs.map(({ input = { source: 'data-sample', day: '2023-01-01' } }) => JSON.stringify(input)),
      runs.map(({ error }) => (error ? JSON.stringify(error) : null)),
      runs.map(({ labels = {} }) => JSON.stringify(labels)),
      runs.map(({ ago = 5 }) => ago),
    ],
  );
  return ids;
}

/** Stores lines of a run's log by numbers from `first`: each as SQL over `n` says. */
export async function seedLines(
  { pool }: TestApi,
  run: string,
  lines: { readonly first: number; readonly count: number; readonly message: string; readonly level?: string },
): Promise<void> {
  const { first, count, message, level = `'info'` } = lines;
  await pool.query(
    `INSERT INTO ops.log (run_id, task, attempt, at, level, message)
     SELECT $1, 'reload-day', 1, now(), ${level}, ${message} FROM generate_series($2::int, $2::int + $3::int - 1) n ORDER BY n`,
    [run, first, count],
  );
}
