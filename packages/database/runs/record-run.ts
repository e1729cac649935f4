import { v7 as uuidv7 } from 'uuid';
import type { OpenRun } from '#contracts/open-run.js';
import type { AskedTerms, RunTerms } from '#contracts/run-terms.js';
import type { RunSchedule } from '#contracts/schedule.js';
import { actsAs } from '../changes/actor.js';
import type { RunTrigger } from '../generated/enums.js';
import type { Queryable, Tx } from '../pool.js';
import { storableJson } from '../storable.js';
import type { Fence } from './attempt-types.js';

/** What is recorded of a run before its job is added (promise 1). */
export interface NewRun extends RunTerms {
  readonly trigger: RunTrigger;
  readonly input: unknown;
  readonly idempotencyKey?: RunKey;
  /** The run that it repeats with another input. */
  readonly retryOf?: string;
  /** The schedule whose run it is. */
  readonly schedule?: RunSchedule;
  /** The run that invokes it. */
  readonly parent?: Invoker;
  readonly origin?: RunOrigin | undefined;
}

/** Where a run comes from. */
export interface RunOrigin {
  /** Who records it, as `ops.run_change` names it; the session's own actor if not given. */
  readonly actor?: string | undefined;
  /** The HTTP request that asks for it; that of the run which invokes it if not given. */
  readonly requestId?: string | undefined;
  /** The span that records it, as W3C's traceparent. */
  readonly trace?: string | undefined;
}

/** What makes a repeated request known: the key, and what it asked for beside the input, as it asked. */
export interface RunKey {
  readonly text: string;
  readonly requested: AskedTerms;
}

/** An attempt whose run invokes another, and the key under which it knows it. */
export interface Invoker extends Fence {
  readonly queue: string;
  readonly key: string;
  /** See `InvokedChild`. */
  readonly window?: string;
  readonly atMost?: number;
  readonly held: boolean;
}

/** A new run's id. UUIDs of version 7 sort by time, so that lists page by id. */
export const newRunId = (): string => uuidv7();

/**
 * Records a run as `queued` (or `delayed`).
 * @returns undefined when a run of this task with the same idempotency key, or of this parent with the same key, stands
 * already, and when the attempt that invokes it no longer holds its run
 */
export async function recordRun(db: Queryable, id: string, run: NewRun): Promise<OpenRun | undefined> {
  const delayMs = run.delayMs ?? 0;
  const { rowCount } = await db.query(
    `WITH parent AS MATERIALIZED (
       SELECT id, root_id, labels, request_id FROM ops.run WHERE id = $11 AND attempt = $16 AND state = 'running' FOR SHARE
     )
     INSERT INTO ops.run (id, task, queue, state, trigger, input, priority, max_attempts, idempotency_key, available_at,
       delay_ms, parent_id, invoke_key, root_id, requested, invoke_window, held, labels, retry, timeout_ms, retry_of,
       invoke_at_most, schedule, slot_at, request_id, trace)
     SELECT $1::uuid, $2, $3, $4::ops.run_state, $5::ops.run_trigger, $6::jsonb, $7::int, $8::int, $9,
       now() + $10::float8 * interval '1 millisecond', $10, parent.id, $12, COALESCE(parent.root_id, $1), $13::jsonb, $14,
       $15::boolean, $17::jsonb || COALESCE(parent.labels, '{}'), $18::jsonb, $19::int, $20::uuid, $21::int,
       $22, $23::timestamptz, COALESCE($25, parent.request_id), $26
     FROM (SELECT) AS one LEFT JOIN parent ON true
     WHERE ($11::uuid IS NULL OR parent.id IS NOT NULL) AND ${actsAs('$24')}
     ON CONFLICT DO NOTHING`,
    [
      id,
      run.task,
      run.queue,
      delayMs > 0 ? 'delayed' : 'queued',
      run.trigger,
      storableJson(run.input),
      run.priority,
      run.maxAttempts,
      run.idempotencyKey?.text ?? null,
      delayMs,
      run.parent?.runId ?? null,
      run.parent?.key ?? null,
      storableJson(run.idempotencyKey?.requested),
      run.parent?.window ?? null,
      run.parent?.held ?? false,
      run.parent?.attempt ?? null,
      storableJson(run.labels ?? {}),
      storableJson(run.retry),
      run.timeoutMs ?? null,
      run.retryOf ?? null,
      run.parent?.atMost ?? null,
      run.schedule?.name ?? null,
      run.schedule?.slotAt ?? null,
      run.origin?.actor ?? null,
      run.origin?.requestId ?? null,
      run.origin?.trace ?? null,
    ],
  );
  const parent = run.parent && { id: run.parent.runId, queue: run.parent.queue };
  return rowCount === 1 ? { id, queue: run.queue, task: run.task, priority: run.priority, delayMs, parent } : undefined;
}

/** The run that a key was used for, and which parameters of a request with the same key are the same. */
export interface KeyedRun {
  readonly id: string;
  readonly sameInput: boolean;
  /** What the first request asked for beside the input; null of runs that were recorded before this was kept. */
  readonly requested: AskedTerms | null;
}

/** The run of a task with this idempotency key. Inputs are compared as jsonb: the order of an object's keys does not count. */
export async function findKeyedRun(
  db: Queryable,
  task: string,
  key: string,
  input: unknown,
): Promise<KeyedRun | undefined> {
  const { rows } = await db.query<KeyedRun>(
    `SELECT id, input = $3::jsonb AS "sameInput", requested FROM ops.run WHERE task = $1 AND idempotency_key = $2`,
    [task, key, storableJson(input)],
  );
  return rows[0];
}

/**
 * Records a run that is to start when the transaction has been committed, unless one of the same task and input that
 * was recorded in this way waits already and has not begun.
 *
 * That one's row is locked, shared with other transactions of this kind, and beginning an attempt needs it alone: so
 * the attempt begins after this commit and sees its work. A row that somebody else holds may be one that begins right
 * now, too early to see it, and does not count.
 * @returns undefined when there was one
 */
export async function recordFollowUp(
  tx: Tx,
  id: string,
  run: NewRun & { readonly trigger: 'follow' },
): Promise<OpenRun | undefined> {
  const { rowCount } = await tx.query(
    `SELECT FROM ops.run
     WHERE queue = $1 AND task = $2 AND input = $3::jsonb AND trigger = 'follow' AND state IN ('queued', 'delayed')
     ORDER BY id LIMIT 1 FOR SHARE SKIP LOCKED`,
    [run.queue, run.task, storableJson(run.input)],
  );
  return rowCount === 1 ? undefined : await recordRun(tx, id, run);
}

/** Ties files to a run in the order given, and marks those that wait for a load as held by it. */
export async function giveFilesToRun(tx: Tx, runId: string, fileIds: readonly bigint[]): Promise<void> {
  await tx.query(
    `INSERT INTO ops.run_file (run_id, file_id, ordinal)
     SELECT $1, f.id, f.nth - 1 FROM unnest($2::bigint[]) WITH ORDINALITY AS f (id, nth)`,
    [runId, fileIds],
  );
  // A loaded file keeps its state while it is loaded once more: its rows stand until the new ones are committed.
  await tx.query(
    `UPDATE ops.file SET state = 'loading', waiting = false, run_id = $1, attempt = NULL, code = NULL, reason = NULL, ended_at = NULL,
       duplicate_of_id = NULL, updated_at = now()
     WHERE id = ANY($2::bigint[]) AND state <> 'loaded'`,
    [runId, fileIds],
  );
}
