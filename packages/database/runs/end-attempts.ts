import { FencedError } from '#contracts/errors.js';
import type { OpenRun } from '#contracts/open-run.js';
import { isFinal } from '#contracts/states.js';
import type { Queryable } from '../pool.js';
import { storableJson } from '../storable.js';
import type { Fence, Outcome } from './attempts.js';
import { type InvokedChild, insertChildren } from './invocations.js';

/** The end of one attempt, with the runs that it invoked, as the statement takes them. */
export interface Ending {
  readonly fence: Fence;
  /** JSON objects, with commas between. */
  readonly row: string;
  readonly children: string;
}

/** @throws TypeError when the output is nothing that JSON can say */
export function toEnding(fence: Fence, outcome: Outcome, children: readonly InvokedChild[] = []): Ending {
  const row = {
    run_id: fence.runId,
    attempt: fence.attempt,
    run: outcome.run,
    attempt_state: outcome.attempt,
    output: outcome.output,
    error: outcome.error,
    failures: outcome.failures ?? 0,
    delay_ms: outcome.delayMs,
    final: isFinal(outcome.run),
  };
  return { fence, row: storableJson(row) ?? '', children: children.map((child) => storableJson(child)).join() };
}

/** What the end of an attempt has done. */
export interface Ended {
  /** A run of the same window that was held for this one's end, and may start now: its job is the caller's to add. */
  readonly released: OpenRun | undefined;
}

/**
 * Ends an attempt and moves its run on. Holds only for the attempt that has the run; the row's lock makes the check
 * and the commit that follows one step.
 * @throws FencedError when another attempt has the run by now, or it has ended
 */
export async function endAttempt(db: Queryable, fence: Fence, outcome: Outcome): Promise<Ended> {
  return await endAlone(db, toEnding(fence, outcome));
}

/** The same. */
export async function endAlone(db: Queryable, ending: Ending): Promise<Ended> {
  const [ended] = await end(db, [ending], '');
  if (ended) return ended;
  const { runId, attempt } = ending.fence;
  throw new FencedError(`attempt ${attempt} of run ${runId} no longer holds it; nothing was committed`);
}

/**
 * Ends several attempts in one statement.
 * @param db sessions that look rows up by key (PoolOptions.byKey)
 * @returns in the order of `endings`; undefined for one that does not hold its run, or whose run somebody has locked:
 * it is left as it is
 */
export async function endAttempts(db: Queryable, endings: readonly Ending[]): Promise<(Ended | undefined)[]> {
  return await end(db, endings, 'SKIP LOCKED');
}

async function end(
  db: Queryable,
  endings: readonly Ending[],
  locking: '' | 'SKIP LOCKED',
): Promise<(Ended | undefined)[]> {
  const { rows } = await db.query<{ runId: string; released: OpenRun | null }>({
    // Kept for sessions that look rows up by key: elsewhere a plan made while the table was small could stay.
    ...(locking === '' ? {} : { name: 'end-attempts' }),
    text: `WITH ending AS MATERIALIZED (
         SELECT * FROM json_to_recordset($1::json) AS ending (run_id uuid, attempt int, run ops.run_state,
           attempt_state ops.attempt_state, output jsonb, error jsonb, failures int, delay_ms float8, final boolean)
       ), own AS MATERIALIZED (
         SELECT ending.* FROM ending JOIN ops.run r ON r.id = ending.run_id
         WHERE r.attempt = ending.attempt AND r.state = 'running' ORDER BY r.id FOR NO KEY UPDATE OF r ${locking}
       ), moved AS (
         UPDATE ops.run r SET state = own.run, output = own.output, error = own.error,
           failures = r.failures + own.failures, losses = r.losses + (own.attempt_state = 'lost')::int,
           available_at = CASE WHEN own.delay_ms IS NULL THEN r.available_at
             ELSE now() + own.delay_ms * interval '1 millisecond' END,
           delay_ms = COALESCE(own.delay_ms, r.delay_ms),
           ended_at = CASE WHEN own.final THEN clock_timestamp() END, updated_at = now()
         FROM own WHERE r.id = own.run_id
         RETURNING r.id, r.attempt, r.root_id, r.parent_id, r.invoke_window, own.attempt_state, own.error, own.final
       ), closed AS (
         UPDATE ops.attempt a SET state = moved.attempt_state, error = moved.error, ended_at = clock_timestamp()
         FROM moved WHERE a.run_id = moved.id AND a.number = moved.attempt
       ), invoked AS (
         ${insertChildren('$2', 'moved')}
       ), next AS (
         SELECT next.id, freed.ends[next.nth] AS end_id
         FROM (SELECT parent_id, invoke_window, array_agg(id) AS ends FROM moved
               WHERE final AND invoke_window IS NOT NULL GROUP BY parent_id, invoke_window) freed,
           LATERAL (SELECT id, row_number() OVER () AS nth
                    FROM (SELECT id FROM ops.run h WHERE h.parent_id = freed.parent_id
                            AND h.invoke_window = freed.invoke_window AND h.held
                          ORDER BY h.id LIMIT cardinality(freed.ends) FOR NO KEY UPDATE SKIP LOCKED) h) next
       ), released AS (
         UPDATE ops.run r SET held = false, updated_at = now() FROM next WHERE r.id = next.id
         RETURNING r.id, r.task, r.queue, r.priority, r.parent_id, next.end_id
       )
       SELECT moved.id AS "runId", CASE WHEN released.id IS NOT NULL THEN json_build_object(
           'id', released.id, 'task', released.task, 'queue', released.queue, 'priority', released.priority, 'delayMs', 0,
           'parent', json_build_object('id', parent.id, 'queue', parent.queue)) END AS released
       FROM moved LEFT JOIN released ON released.end_id = moved.id LEFT JOIN ops.run parent ON parent.id = released.parent_id`,
    values: [list(endings.map(({ row }) => row)), list(endings.flatMap(({ children }) => children || []))],
  });
  const ended = new Map(rows.map(({ runId, released }) => [runId, { released: released ?? undefined }]));
  return endings.map(({ fence }) => ended.get(fence.runId));
}

const list = (objects: readonly string[]): string => `[${objects.join()}]`;
