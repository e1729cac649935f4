import type { OpenRun, RunInQueue } from '#contracts/open-run.js';
import type { Labels } from '#contracts/run-terms.js';
import type { RunState } from '#contracts/states.js';
import type { Queryable } from '../pool.js';
import { storableJson } from '../storable.js';
import type { Fence, RunError } from './attempt-types.js';

/** A run that another invokes, as it is to be recorded. */
export interface InvokedChild {
  readonly parentId: string;
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly input: unknown;
  readonly priority: number;
  readonly maxAttempts: number;
  /** Those of its task; the parent's are added. */
  readonly labels: Labels;
  /** Names the invocation among those of the parent. */
  readonly key: string;
  /** The `invokeAll` whose limit holds for it. */
  readonly window?: string;
  /** That limit. */
  readonly atMost?: number;
  /** Not to be started before another of its window has ended. */
  readonly held: boolean;
  /** The span that invokes it, see `RunOrigin`. */
  readonly trace?: string | undefined;
}

/**
 * The INSERT of invoked runs. One whose parent has a run under that key is left out.
 * @param json the parameter that holds them, an array of InvokedChild
 * @param parents a table expression with the `id`, `root_id`, `labels` and `request_id` of the parents that may invoke
 */
export const insertChildren = (json: string, parents: string): string => `INSERT INTO ops.run (id, task, queue, state,
    trigger, input, priority, max_attempts, delay_ms, parent_id, invoke_key, invoke_window, invoke_at_most, held,
    root_id, labels, request_id, trace)
  SELECT c.id, c.task, c.queue, 'queued', 'invoke', c.input, c.priority, c."maxAttempts", 0, parent.id, c.key, c."window",
    c."atMost", c.held, parent.root_id, c.labels || parent.labels, parent.request_id, c.trace
  FROM json_to_recordset(${json}::json) AS c ("parentId" uuid, id uuid, task text, queue text, input jsonb, priority int,
      "maxAttempts" int, key text, "window" text, "atMost" int,
      held boolean, labels jsonb, trace text)
    JOIN ${parents} parent ON parent.id = c."parentId"
  ORDER BY c.id ON CONFLICT DO NOTHING`;

/**
 * Records runs that an attempt invokes while it goes on.
 * @returns whether the attempt holds its run; otherwise nothing was recorded
 */
export async function recordChildren(
  db: Queryable,
  { runId, attempt }: Fence,
  children: readonly InvokedChild[],
): Promise<boolean> {
  const { rows } = await db.query(
    `WITH own AS MATERIALIZED (
       SELECT id, root_id, labels, request_id FROM ops.run WHERE id = $2 AND attempt = $3 AND state = 'running' FOR SHARE
     ), invoked AS (${insertChildren('$1', 'own')})
     SELECT FROM own`,
    [storableJson(children), runId, attempt],
  );
  return rows.length === 1;
}

/** A run that another invoked, as its parent sees it. */
export interface InvokedRun {
  readonly id: string;
  readonly key: string;
  readonly task: string;
  /** See `InvokedChild`. */
  readonly window: string | null;
  readonly state: RunState;
  /** Not let go yet, see `InvokedChild.held`. */
  readonly held: boolean;
  readonly output: unknown;
  readonly error: RunError | null;
}

/** A step that is recorded. */
export interface RecordedStep {
  readonly key: string;
  readonly output: unknown;
}

/** What the attempts of a run so far have invoked and done. */
export interface RunMemory {
  readonly invoked: readonly InvokedRun[];
  readonly steps: readonly RecordedStep[];
}

/** A run or a step: that has no id, and its result as JSON with its keys in their order. */
type Remembered =
  | (InvokedRun & { readonly result: null })
  | { readonly id: null; readonly key: string; readonly result: unknown };

/** Reads what the attempts of a run so far have invoked and done, in one statement, since a flow asks at each start. */
export async function readMemory(db: Queryable, runId: string): Promise<RunMemory> {
  const { rows } = await db.query<Remembered>(
    `SELECT id, invoke_key AS key, task, invoke_window AS "window", state, held, output, error, NULL::json AS result
     FROM ops.run WHERE parent_id = $1
     UNION ALL SELECT NULL, key, NULL, NULL, NULL, NULL, NULL, NULL, output FROM ops.step WHERE run_id = $1`,
    [runId],
  );
  const invoked: InvokedRun[] = [];
  const steps: RecordedStep[] = [];
  for (const row of rows) {
    if (row.id === null) steps.push({ key: row.key, output: row.result });
    else invoked.push(row);
  }
  return { invoked, steps };
}

/** A page of the runs that a run invoked, that have not ended and may have a job, by id. */
export async function listOpenChildren(
  db: Queryable,
  parent: RunInQueue,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<OpenRun[]> {
  const { rows } = await db.query<OpenRun>(
    `SELECT id, task, queue, priority,
       CASE state WHEN 'delayed' THEN (extract(epoch FROM available_at - now()) * 1000)::float8 ELSE 0 END AS "delayMs"
     FROM ops.run
     WHERE parent_id = $1 AND state IN ('queued', 'delayed', 'waiting', 'running') AND NOT held
       AND ($2::uuid IS NULL OR id > $2)
     ORDER BY id LIMIT $3`,
    [parent.id, after ?? null, limit],
  );
  return rows.map((run) => ({ ...run, parent }));
}
