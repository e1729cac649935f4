import { FencedError } from '#contracts/errors.js';
import type { AttemptState, RunState } from '#contracts/states.js';
import { type Pool, type Queryable, type Tx, transaction } from '../pool.js';
import { storableJson } from '../storable.js';

/** What is stored of an error that ended a run or an attempt. */
export interface RunError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** Which attempt of which run acts: the fence of promise 2. */
export interface Fence {
  readonly runId: string;
  readonly attempt: number;
}

/** A run as the worker that begins an attempt gets it. */
export interface BegunRun extends Fence {
  readonly task: string;
  readonly input: unknown;
  readonly failures: number;
  readonly losses: number;
  readonly maxAttempts: number;
}

/** What a worker may do with a run that the carrier handed it. */
export type Begin =
  | { readonly kind: 'begun'; readonly run: BegunRun }
  /** Ended, or waiting for its children: nothing to do now. */
  | { readonly kind: 'idle'; readonly state: RunState }
  | { readonly kind: 'delayed'; readonly delayMs: number }
  /** The record does not know it: the job outlived its database. */
  | { readonly kind: 'unknown' };

/**
 * Takes the run over for this worker under the next attempt number. An attempt that was still marked running is lost:
 * its number fences it from committing, and its sessions are thrown out so that the locks it held are free.
 */
export async function beginAttempt(pool: Pool, runId: string, workerId: string): Promise<Begin> {
  // Before the row is locked: a worker that was stopped between its last statement and its commit holds that lock.
  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = $1 AND EXISTS (SELECT FROM ops.run WHERE id = $2 AND state = 'running')`,
    [sessionName(runId), runId],
  );
  return await transaction(pool, async (tx) => {
    await boundDelays(tx, [runId]);
    const { rows } = await tx.query<{ state: RunState; delay_ms: number }>(
      `SELECT state, (extract(epoch FROM available_at - now()) * 1000)::float8 AS delay_ms
       FROM ops.run WHERE id = $1 FOR UPDATE`,
      [runId],
    );
    const found = rows[0];
    if (!found) return { kind: 'unknown' };
    const { state, delay_ms: delayMs } = found;
    if (state === 'delayed' && delayMs > 0) return { kind: 'delayed', delayMs };
    if (state !== 'queued' && state !== 'delayed' && state !== 'running') return { kind: 'idle', state };
    if (state === 'running') await loseAttempt(tx, runId);
    const begun = await tx.query<{
      attempt: number;
      task: string;
      input: unknown;
      failures: number;
      losses: number;
      max_attempts: number;
    }>(
      `UPDATE ops.run SET state = 'running', attempt = attempt + 1, losses = losses + $2,
         started_at = COALESCE(started_at, now()), progress_done = NULL, progress_total = NULL, updated_at = now()
       WHERE id = $1 RETURNING attempt, task, input, failures, losses, max_attempts`,
      [runId, state === 'running' ? 1 : 0],
    );
    const run = begun.rows[0];
    if (!run) throw new Error(`run ${runId} vanished under lock`);
    await tx.query(`INSERT INTO ops.attempt (run_id, number, state, worker_id) VALUES ($1, $2, 'running', $3)`, [
      runId,
      run.attempt,
      workerId,
    ]);
    const { max_attempts: maxAttempts, ...rest } = run;
    return { kind: 'begun', run: { ...rest, runId, maxAttempts } };
  });
}

/**
 * Lets no delayed run wait for longer from now than its whole delay was to take, which it would when the database's clock
 * was set back meanwhile.
 * @param runIds all delayed runs if not given
 */
export async function boundDelays(db: Queryable, runIds?: readonly string[]): Promise<void> {
  await db.query(
    `UPDATE ops.run SET available_at = now() + delay_ms * interval '1 millisecond', updated_at = now()
     WHERE state = 'delayed' AND available_at > now() + delay_ms * interval '1 millisecond'
       AND ($1::uuid[] IS NULL OR id = ANY ($1))`,
    [runIds ?? null],
  );
}

async function loseAttempt(tx: Tx, runId: string): Promise<void> {
  await tx.query(
    `UPDATE ops.attempt SET state = 'lost', ended_at = now(),
       error = '{"name":"LostError","message":"its worker died, stalled or was cut off; a later attempt took over"}'
     WHERE run_id = $1 AND state = 'running'`,
    [runId],
  );
}

/** The name under which the transaction that commits a run's work shows in `pg_stat_activity`. */
const sessionName = (runId: string): string => `millrace run ${runId}`;

/** The database session in which a run's work is committed. */
export interface RunSession {
  readonly runId: string;
  readonly pid: number;
}

/**
 * Names the transaction's session after its run: by this name a later attempt finds and ends it if it hangs. The name
 * is local to the transaction.
 */
export async function enterSession(tx: Tx, runId: string): Promise<RunSession> {
  const { rows } = await tx.query<{ pid: number }>(
    `SELECT set_config('application_name', $1, true), pg_backend_pid() AS pid`,
    [sessionName(runId)],
  );
  return { runId, pid: rows[0]?.pid ?? 0 };
}

/** Cancels the statement that a run's session is busy with, if it is; its transaction is left to be rolled back. */
export async function cancelStatement(db: Queryable, { runId, pid }: RunSession): Promise<void> {
  await db.query('SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2', [
    pid,
    sessionName(runId),
  ]);
}

/** How an attempt leaves its run. */
export interface Outcome {
  readonly run: RunState;
  readonly attempt: AttemptState;
  readonly output?: unknown;
  readonly error?: RunError;
  /** For a retry: milliseconds until the next attempt. */
  readonly delayMs?: number;
  /** 1 when this counts against the run's attempts. */
  readonly failures?: number;
}

const finals: readonly RunState[] = ['succeeded', 'failed', 'cancelled'];

/**
 * Ends an attempt and moves its run on. Holds only for the attempt that has the run; the row's lock makes the check
 * and the commit that follows one step.
 * @throws FencedError when another attempt has the run by now, or it has ended
 */
export async function endAttempt(db: Queryable, fence: Fence, outcome: Outcome): Promise<void> {
  const { rowCount } = await db.query(
    `WITH moved AS (
       UPDATE ops.run SET state = $3, output = $4::jsonb, error = $5::jsonb, failures = failures + $6,
         losses = losses + ($9::ops.attempt_state = 'lost')::int,
         available_at = CASE WHEN $7::float8 IS NULL THEN available_at ELSE now() + $7 * interval '1 millisecond' END,
         delay_ms = COALESCE($7, delay_ms),
         ended_at = CASE WHEN $8 THEN clock_timestamp() END, updated_at = now()
       WHERE id = $1 AND attempt = $2 AND state = 'running' RETURNING id
     )
     UPDATE ops.attempt SET state = $9, error = $5::jsonb, ended_at = clock_timestamp()
     FROM moved WHERE run_id = moved.id AND number = $2`,
    [
      fence.runId,
      fence.attempt,
      outcome.run,
      storableJson(outcome.output),
      storableJson(outcome.error),
      outcome.failures ?? 0,
      outcome.delayMs ?? null,
      finals.includes(outcome.run),
      outcome.attempt,
    ],
  );
  if (rowCount !== 1) {
    throw new FencedError(`attempt ${fence.attempt} of run ${fence.runId} no longer holds it; nothing was committed`);
  }
}
