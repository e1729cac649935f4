import { FencedError } from '#contracts/errors.js';
import type { OpenRun } from '#contracts/open-run.js';
import { isFinal } from '#contracts/states.js';
import type { Queryable } from '../pool.js';
import { storableJson } from '../storable.js';
import type { Fence, Outcome } from './attempt-types.js';
import { releasedRun, releaseHeld } from './held.js';
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
    awaits: outcome.awaits,
    final: isFinal(outcome.run),
  };
  return { fence, row: storableJson(row) ?? '', children: children.map((child) => storableJson(child)).join() };
}

/** What the end of an attempt has done. */
export interface Ended {
  /** A run of the same window that was held for this one's end, and may start now: its job is the caller's to add. */
  readonly released: OpenRun | undefined;
  /**
   * Set when the run that invoked this one may have to go on now, although others that it invoked have not ended: it waits
   * for several invocations, or was about to wait when this was recorded.
   */
  readonly invocation: EndedInvocation | undefined;
}

/** A run that has ended, as its parent knows it. */
export interface EndedInvocation {
  readonly parentId: string;
  readonly key: string;
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
  const { runId, attempt } = ending.fence;
  const ended = (await end(db, [ending], '')).get(runId);
  if (ended) return ended;
  throw new FencedError(`attempt ${attempt} of run ${runId} no longer holds it; nothing was committed`);
}

/**
 * Ends several attempts in one statement.
 * @param db sessions that look rows up by key (PoolOptions.byKey)
 * @returns in the order of `endings`; undefined for one that does not hold its run, whose run somebody has locked, or
 * that comes after another of its run: it is left as it is
 */
export async function endAttempts(db: Queryable, endings: readonly Ending[]): Promise<(Ended | undefined)[]> {
  // Rows and children go by the run: with two attempts of it the one that was overtaken would pass for the other.
  const firsts = new Map([...endings].reverse().map((ending) => [ending.fence.runId, ending]));
  const ended = await end(db, [...firsts.values()], 'SKIP LOCKED');
  return endings.map((ending) => {
    const { runId } = ending.fence;
    return firsts.get(runId) === ending ? ended.get(runId) : undefined;
  });
}

/** @param endings of one run each @returns those that were recorded, by their runs */
async function end(
  db: Queryable,
  endings: readonly Ending[],
  locking: '' | 'SKIP LOCKED',
): Promise<ReadonlyMap<string, Ended>> {
  const { rows } = await db.query<{ runId: string; released: OpenRun | null; invocation: EndedInvocation | null }>({
    // Kept for sessions that look rows up by key: elsewhere a plan made while the table was small could stay.
    ...(locking === '' ? {} : { name: 'end-attempts' }),
    text: `WITH ending AS MATERIALIZED (
         SELECT * FROM json_to_recordset($1::json) AS ending (run_id uuid, attempt int, run ops.run_state,
           attempt_state ops.attempt_state, output jsonb, error jsonb, failures int, delay_ms float8, awaits jsonb, final boolean)
       ), own AS MATERIALIZED (
         SELECT ending.* FROM ending JOIN ops.run r ON r.id = ending.run_id
         WHERE r.attempt = ending.attempt AND (r.state = 'running') IS TRUE ORDER BY r.id FOR NO KEY UPDATE OF r ${locking}
       ), moved AS (
         UPDATE ops.run r SET state = own.run, output = own.output, error = own.error,
           failures = r.failures + own.failures, losses = r.losses + (own.attempt_state = 'lost')::int,
           available_at = CASE WHEN own.delay_ms IS NULL THEN r.available_at
             ELSE now() + own.delay_ms * interval '1 millisecond' END,
           delay_ms = COALESCE(own.delay_ms, r.delay_ms), awaits = own.awaits,
           ended_at = CASE WHEN own.final THEN clock_timestamp() END, updated_at = now()
         FROM own WHERE r.id = own.run_id
         RETURNING r.id, r.attempt, r.root_id, r.labels, r.request_id, r.parent_id, r.invoke_window, r.invoke_key, own.attempt_state, own.error, own.final
       ), closed AS (
         UPDATE ops.attempt a SET state = moved.attempt_state, error = moved.error, ended_at = clock_timestamp()
         FROM moved WHERE a.run_id = moved.id AND a.number = moved.attempt
       ), invoked AS (
         ${insertChildren('$2', 'moved')}
       ), ${releaseHeld('(SELECT * FROM moved WHERE final)')}
       SELECT moved.id AS "runId", CASE WHEN released.id IS NOT NULL THEN ${releasedRun} END AS released,
         CASE WHEN moved.final AND (parent.awaits IS NOT NULL OR parent.state IN ('running', 'queued', 'delayed'))
           THEN json_build_object('parentId', parent.id, 'key', moved.invoke_key) END AS invocation
       FROM moved LEFT JOIN released ON released.end_id = moved.id LEFT JOIN ops.run parent ON parent.id = moved.parent_id`,
    values: [list(endings.map(({ row }) => row)), list(endings.flatMap(({ children }) => children || []))],
  });
  return new Map(
    rows.map(({ runId, released, invocation }) => [
      runId,
      { released: released ?? undefined, invocation: invocation ?? undefined },
    ]),
  );
}

const list = (objects: readonly string[]): string => `[${objects.join()}]`;
