import { FencedError } from '#contracts/errors.js';
import type { OpenRun } from '#contracts/open-run.js';
import { isFinal, type RunState } from '#contracts/states.js';
import { sqlState } from '../error-kinds.js';
import { type Pool, type Queryable, type Tx, transaction } from '../pool.js';
import { storableJson } from '../storable.js';
import type { Begin, BegunRun, Fence, Outcome, RunError } from './attempt-types.js';
import { releasedRun, releaseHeld } from './held.js';
import { type InvokedChild, insertChildren } from './invocations.js';
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

/** A run of a task with a limit, to be begun by `beginWithinLimits`. */
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
 * other worker's, and are locked by nobody. Those of paused tasks are parked. The others are left as they are, and so are
 * those that wait for several invocations: to see whether one is complete would make this dearer for all.
 *
 * `IS TRUE` keeps the server from looking through all runs of a state, which it does while its statistics still say that
 * there are none.
 * @param db sessions that look rows up by key (PoolOptions.byKey)
 * @returns the runs that have begun or were parked, in the order of `beginnings`; undefined for the others
 */
export async function beginAttempts(
  db: Queryable,
  beginnings: readonly Beginning[],
): Promise<(Begin | LimitedRun | undefined)[]> {
  const { rows } = await db.query<ReadyRow>({
    name: 'begin-attempts',
    text: `WITH asked AS MATERIALIZED (${askedRuns}), ready AS MATERIALIZED (
         SELECT r.id, r.task, asked.worker_id, asked.attempts, s.version, s.settings,
           CASE WHEN s.paused THEN 'parked' WHEN s.concurrency IS NOT NULL THEN 'limited' END AS gate
         FROM asked JOIN ops.run r ON r.id = asked.run_id LEFT JOIN ops.task_setting s ON s.task = r.task
         WHERE ${isReady}
         ORDER BY r.id FOR NO KEY UPDATE OF r SKIP LOCKED
       ), begun AS (
         UPDATE ops.run r SET ${beginRun} FROM ready WHERE r.id = ready.id AND ready.gate IS NULL
         RETURNING ready.worker_id, ${begunColumns}
       ), opened AS (
         INSERT INTO ops.attempt (run_id, number, state, worker_id, settings_version)
         SELECT "runId", attempt, 'running', worker_id, "settingsVersion" FROM begun
       ), parked AS (
         UPDATE ops.run r SET parked = true, updated_at = now() FROM ready
         WHERE r.id = ready.id AND ready.gate = 'parked' AND NOT r.parked
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
