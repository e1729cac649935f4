import type { Queryable, Tx } from '../pool.js';

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

/**
 * Ends the sessions in which runs have been committing for a while: what they have not committed is rolled back, and their
 * locks are free. Younger ones are left alone, since such a session may be another run's a moment later.
 */
export async function endSessions(db: Queryable, runIds: readonly string[], olderMs: number): Promise<void> {
  if (runIds.length === 0) return;
  await db.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = ANY ($1) AND xact_start < now() - $2 * interval '1 millisecond'`,
    [runIds.map(sessionName), olderMs],
  );
}
