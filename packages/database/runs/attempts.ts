import type { AttemptState, FinalRunState, RunState } from '#contracts/states.js';
import type { Queryable, Tx } from '../pool.js';

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
  readonly queue: string;
  readonly input: unknown;
  readonly failures: number;
  readonly losses: number;
  readonly maxAttempts: number;
}

/** What a worker may do with a run that the carrier handed it. */
export type Begin =
  | { readonly kind: 'begun'; readonly run: BegunRun }
  /** Runs that it invoked have not ended. */
  | { readonly kind: 'waits' }
  | { readonly kind: 'ended'; readonly state: FinalRunState; readonly output: unknown; readonly error: RunError | null }
  | { readonly kind: 'delayed'; readonly delayMs: number }
  /** The record does not know it: the job outlived its database. */
  | { readonly kind: 'unknown' };

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

/** The name under which the transaction that commits a run's work shows in `pg_stat_activity`. */
export const sessionName = (runId: string): string => `millrace run ${runId}`;

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
