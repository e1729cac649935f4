import { isFinal, type RunState } from '#contracts/states.js';
import { sqlState } from '../error-kinds.js';
import { type Pool, type Queryable, type Tx, transaction } from '../pool.js';
import type { Begin, BegunRun, RunError } from './attempt-types.js';
import { hangingMs, limitLockWait, lockNotAvailable } from './locks.js';
import { findClosedGate, lostError, park } from './parked.js';
import { boundDelays, hasOpenChildren, mayGoOn } from './readiness.js';
import { enterSession, sessionName } from './run-sessions.js';

/**
 * What the statement that begins an attempt of the run `r` sets, and what it returns. `ready` is the run with what is set for
 * its task: `version`, `settings`, and `attempts`, those that the task's definition allows.
 */
export const beginRun = `state = 'running', attempt = r.attempt + 1, started_at = COALESCE(r.started_at, now()),
  begun_at = now(), progress_done = NULL, progress_total = NULL, updated_at = now(), parked = false,
  max_attempts = CASE WHEN r.retry IS NULL AND ready.version IS NOT NULL
    THEN COALESCE((ready.settings -> 'retry' ->> 'attempts')::int, ready.attempts, r.max_attempts) ELSE r.max_attempts END`;
export const begunColumns = `r.id AS "runId", r.attempt, r.task, r.queue, r.input, r.failures, r.losses, r.max_attempts AS "maxAttempts",
  r.retry, r.timeout_ms AS "timeoutMs", r.labels, r.schedule, r.slot_at AS "slotAt", r.request_id AS "requestId",
  r.trace, ready.version AS "settingsVersion", ready.settings`;

/** `r` is a run that an attempt of may begin, for all that a statement for many looks at. */
export const isReady = `(r.state = 'queued' OR (r.state = 'delayed' AND r.available_at <= now())
  OR (r.state = 'waiting' AND r.awaits IS NULL AND NOT ${hasOpenChildren})) IS TRUE`;

/** A worker that begins an attempt of a run. */
export interface Beginning {
  readonly runId: string;
  readonly workerId: string;
  /** Tries that the task's definition allows; as they were when the run was recorded if not given. */
  readonly attempts?: number | undefined;
}

/** The parameters of a statement over `askedRuns`. */
export const askedValues = (beginnings: readonly Beginning[]): unknown[] => [
  beginnings.map((each) => each.runId),
  beginnings.map((each) => each.workerId),
  beginnings.map((each) => each.attempts ?? null),
];
export const askedRuns =
  'SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[]) AS asked (run_id, worker_id, attempts)';

/** A run of a task that is paused or has a limit, to be begun or parked by `beginWithinLimits`. */
export interface LimitedRun {
  readonly kind: 'limited';
  readonly task: string;
}

/** A run that could begin, and what has begun if it has. */
export interface ReadyRow extends BegunRun {
  readonly id: string;
  readonly ofTask: string;
  readonly gate: string | null;
  readonly worker_id: string;
}

/**
 * Begins attempts of several runs in one statement, as `beginAttempt` does for each: those that wait for nothing, are no
 * other worker's, and are locked by nobody. The others are left as they are, and so are those that wait for several
 * invocations: to see whether one is complete would make this dearer for all.
 *
 * `IS TRUE` keeps the server from looking through all runs of a state, which it does while its statistics still say that
 * there are none.
 * @param db sessions that look rows up by key (PoolOptions.byKey)
 * @returns the runs that have begun, or are limited, in the order of `beginnings`; undefined for the others
 */
export async function beginAttempts(
  db: Queryable,
  beginnings: readonly Beginning[],
): Promise<(Begin | LimitedRun | undefined)[]> {
  const { rows } = await db.query<ReadyRow>({
    name: 'begin-attempts',
    text: `WITH asked AS MATERIALIZED (${askedRuns}), ready AS MATERIALIZED (
         SELECT r.id, r.task, asked.worker_id, asked.attempts, s.version, s.settings,
           CASE WHEN s.paused OR s.concurrency IS NOT NULL THEN 'limited' END AS gate
         FROM asked JOIN ops.run r ON r.id = asked.run_id LEFT JOIN ops.task_setting s ON s.task = r.task
         WHERE ${isReady}
         ORDER BY r.id FOR NO KEY UPDATE OF r SKIP LOCKED
       ), begun AS (
         UPDATE ops.run r SET ${beginRun} FROM ready WHERE r.id = ready.id AND ready.gate IS NULL
         RETURNING ready.worker_id, ${begunColumns}
       ), opened AS (
         INSERT INTO ops.attempt (run_id, number, state, worker_id, settings_version)
         SELECT "runId", attempt, 'running', worker_id, "settingsVersion" FROM begun
       )
       SELECT ready.id, ready.task AS "ofTask", ready.gate, begun.* FROM ready LEFT JOIN begun ON begun."runId" = ready.id`,
    values: askedValues(beginnings),
  });
  return inOrder(beginnings, rows);
}

/** What has become of each run that was asked for; undefined for those that could not begin. */
export function inOrder<B extends Beginning>(
  beginnings: readonly B[],
  rows: readonly ReadyRow[],
): (Begin | LimitedRun | undefined)[] {
  const found = new Map(rows.map((row) => [row.id, row]));
  return beginnings.map(({ runId }) => {
    const row = found.get(runId);
    // Who asks for it once more takes it over, as from any other attempt.
    found.delete(runId);
    if (!row) return undefined;
    const { id: _id, worker_id: _worker, ofTask: task, gate, ...run } = row;
    if (gate === 'limited' || gate === 'parked') return { kind: gate, task };
    return { kind: 'begun', run };
  });
}

/** Milliseconds until the next try of a run that somebody has locked for so long. */
const lockedMs = 1_000;

interface FoundRun {
  readonly state: RunState;
  readonly delay_ms: number;
  readonly waits: boolean;
  readonly output: unknown;
  readonly error: RunError | null;
}

/**
 * Takes the run over for this worker under the next attempt number. An attempt that was still marked running is lost:
 * its number fences it from committing, and its sessions are thrown out so that the locks it held are free. A run of a task
 * that is paused, or at its limit, is parked instead.
 * @returns `delayed`, too, when somebody has the run's row locked for seconds
 */
export async function beginAttempt(pool: Pool, runId: string, workerId: string, attempts?: number): Promise<Begin> {
  try {
    return await takeOver(pool, { runId, workerId, attempts });
  } catch (error) {
    // A load that shares this run as its follow-up holds the row until it has committed, which may take minutes.
    if (sqlState(error) === lockNotAvailable) return { kind: 'delayed', delayMs: lockedMs };
    throw error;
  }
}

async function takeOver(pool: Pool, { runId, workerId, attempts }: Beginning): Promise<Begin> {
  // Before the row is locked: a worker that was stopped between its last statement and its commit holds that lock.
  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = $1 AND (EXISTS (SELECT FROM ops.run WHERE id = $2 AND state = 'running')
       OR (state = 'idle in transaction' AND state_change < now() - $3 * interval '1 millisecond'))`,
    [sessionName(runId), runId, hangingMs],
  );
  return await transaction(pool, async (tx) => {
    await enterSession(tx, runId);
    await limitLockWait(tx);
    await boundDelays(tx, [runId]);
    await tx.query('SELECT FROM ops.run WHERE id = $1 FOR NO KEY UPDATE', [runId]);
    // Under the lock, so that it sees what those who held it have committed.
    const { rows } = await tx.query<FoundRun>(
      `SELECT state, (extract(epoch FROM available_at - now()) * 1000)::float8 AS delay_ms, output, error,
         NOT ${mayGoOn} AS waits
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
    const closed = await findClosedGate(tx, runId);
    if (closed !== undefined) {
      await park(tx, runId);
      return { kind: 'parked', task: closed };
    }
    const begun = await tx.query<BegunRun>(
      `UPDATE ops.run r SET ${beginRun}, losses = losses + $2
       FROM (SELECT own.id, $3::int AS attempts, s.version, s.settings
             FROM ops.run own LEFT JOIN ops.task_setting s ON s.task = own.task WHERE own.id = $1) ready
       WHERE r.id = ready.id RETURNING ${begunColumns}`,
      [runId, state === 'running' ? 1 : 0, attempts ?? null],
    );
    const run = begun.rows[0];
    if (!run) throw new Error(`run ${runId} vanished under lock`);
    await tx.query(
      `INSERT INTO ops.attempt (run_id, number, state, worker_id, started_at, settings_version)
       VALUES ($1, $2, 'running', $3, clock_timestamp(), $4)`,
      [runId, run.attempt, workerId, run.settingsVersion],
    );
    return { kind: 'begun', run };
  });
}

async function loseAttempt(tx: Tx, runId: string): Promise<void> {
  await tx.query(
    `UPDATE ops.attempt SET state = 'lost', ended_at = now(), error = ${lostError}
     WHERE run_id = $1 AND state = 'running'`,
    [runId],
  );
}
