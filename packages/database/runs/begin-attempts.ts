import { isFinal, type RunState } from '#contracts/states.js';
import { type Pool, type Queryable, type Tx, transaction } from '../pool.js';
import { type Begin, type BegunRun, enterSession, type RunError, sessionName } from './attempts.js';

/** Of the run `r`: whether it has invoked runs that have not ended. */
export const hasOpenChildren = `EXISTS (
  SELECT FROM ops.run child WHERE child.parent_id = r.id AND child.state IN ('queued', 'delayed', 'waiting', 'running'))`;

/** What the statement that begins an attempt of the run `r` sets, and what it returns. */
const beginRun = `state = 'running', attempt = r.attempt + 1, started_at = COALESCE(r.started_at, now()),
  progress_done = NULL, progress_total = NULL, updated_at = now()`;
const begunColumns = `r.id AS "runId", r.attempt, r.task, r.queue, r.input, r.failures, r.losses, r.max_attempts AS "maxAttempts"`;

/** A worker that begins an attempt of a run. */
export interface Beginning {
  readonly runId: string;
  readonly workerId: string;
}

/**
 * Begins attempts of several runs in one statement, as `beginAttempt` does for each: those that wait for nothing, are no
 * other worker's, and are locked by nobody. The others are left as they are.
 * @param db sessions that look rows up by key (PoolOptions.byKey)
 * @returns the runs that have begun, in the order of `beginnings`; undefined for the others
 */
export async function beginAttempts(db: Queryable, beginnings: readonly Beginning[]): Promise<(Begin | undefined)[]> {
  const { rows } = await db.query<BegunRun>({
    name: 'begin-attempts',
    text: `WITH asked AS MATERIALIZED (
         SELECT * FROM unnest($1::uuid[], $2::text[]) AS asked (run_id, worker_id)
       ), ready AS MATERIALIZED (
         SELECT r.id, asked.worker_id FROM asked JOIN ops.run r ON r.id = asked.run_id
         WHERE r.state = 'queued' OR (r.state = 'delayed' AND r.available_at <= now())
           OR (r.state = 'waiting' AND NOT ${hasOpenChildren})
         ORDER BY r.id FOR NO KEY UPDATE OF r SKIP LOCKED
       ), begun AS (
         UPDATE ops.run r SET ${beginRun} FROM ready WHERE r.id = ready.id
         RETURNING ready.worker_id, ${begunColumns}
       ), opened AS (
         INSERT INTO ops.attempt (run_id, number, state, worker_id)
         SELECT "runId", attempt, 'running', worker_id FROM begun
       )
       SELECT "runId", attempt, task, queue, input, failures, losses, "maxAttempts" FROM begun`,
    values: [beginnings.map((each) => each.runId), beginnings.map((each) => each.workerId)],
  });
  const begun = new Map(rows.map((run) => [run.runId, run]));
  return beginnings.map(({ runId }) => {
    const run = begun.get(runId);
    return run && { kind: 'begun', run };
  });
}

/** Milliseconds after which a session that locks a run and says nothing hangs. */
const hangingMs = 5_000;

interface FoundRun {
  readonly state: RunState;
  readonly delay_ms: number;
  readonly waits: boolean;
  readonly output: unknown;
  readonly error: RunError | null;
}

/**
 * Takes the run over for this worker under the next attempt number. An attempt that was still marked running is lost:
 * its number fences it from committing, and its sessions are thrown out so that the locks it held are free.
 */
export async function beginAttempt(pool: Pool, runId: string, workerId: string): Promise<Begin> {
  // Before the row is locked: a worker that was stopped between its last statement and its commit holds that lock.
  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = $1 AND (EXISTS (SELECT FROM ops.run WHERE id = $2 AND state = 'running')
       OR (state = 'idle in transaction' AND state_change < now() - $3 * interval '1 millisecond'))`,
    [sessionName(runId), runId, hangingMs],
  );
  return await transaction(pool, async (tx) => {
    await enterSession(tx, runId);
    // A worker that was stopped since then is found the next time.
    await tx.query(`SELECT set_config('lock_timeout', $1, true)`, [`${hangingMs}ms`]);
    await boundDelays(tx, [runId]);
    await tx.query('SELECT FROM ops.run WHERE id = $1 FOR NO KEY UPDATE', [runId]);
    // Under the lock, so that it sees what those who held it have committed.
    const { rows } = await tx.query<FoundRun>(
      `SELECT state, (extract(epoch FROM available_at - now()) * 1000)::float8 AS delay_ms, output, error,
         ${hasOpenChildren} AS waits
       FROM ops.run r WHERE id = $1`,
      [runId],
    );
    const found = rows[0];
    if (!found) return { kind: 'unknown' };
    const { state, delay_ms: delayMs, waits, output, error } = found;
    if (isFinal(state)) return { kind: 'ended', state, output, error };
    if (state === 'delayed' && delayMs > 0) return { kind: 'delayed', delayMs };
    if (state === 'waiting' && waits) return { kind: 'waits' };
    if (state === 'running') await loseAttempt(tx, runId);
    const begun = await tx.query<BegunRun>(
      `UPDATE ops.run r SET ${beginRun}, losses = losses + $2 WHERE id = $1 RETURNING ${begunColumns}`,
      [runId, state === 'running' ? 1 : 0],
    );
    const run = begun.rows[0];
    if (!run) throw new Error(`run ${runId} vanished under lock`);
    await tx.query(`INSERT INTO ops.attempt (run_id, number, state, worker_id) VALUES ($1, $2, 'running', $3)`, [
      runId,
      run.attempt,
      workerId,
    ]);
    return { kind: 'begun', run };
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
