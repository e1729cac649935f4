import { type Pool, transaction } from '../pool.js';
import type { Begin } from './attempt-types.js';
import {
  askedRuns,
  askedValues,
  type Beginning,
  beginRun,
  begunColumns,
  inOrder,
  isReady,
  type LimitedRun,
  type ReadyRow,
} from './attempts.js';
import { limitLockWait } from './locks.js';
import { underWay } from './parked.js';

/** An attempt of a run of a task that is paused or has a limit. */
export interface LimitedBeginning extends Beginning {
  readonly task: string;
}

/** Milliseconds for which a process may hold the limits of tasks and say nothing; then the server ends its session. */
const hangingMs = 10_000;

/**
 * Begins attempts like `beginAttempts`, of tasks whose settings limit how many of their runs are under way over all workers:
 * as many as there is room for, by priority and then by id; none of a paused one. The others are parked.
 * @returns in the order of `beginnings`; undefined for those to be begun alone
 */
export async function beginWithinLimits(
  pool: Pool,
  beginnings: readonly LimitedBeginning[],
): Promise<(Begin | undefined)[]> {
  const rows = await transaction(pool, async (tx) => {
    await limitLockWait(tx);
    await tx.query(
      `SELECT set_config('idle_in_transaction_session_timeout', $1, true), set_config('enable_seqscan', 'off', true)`,
      [`${hangingMs}ms`],
    );
    // One after the other: two that count at the same time would both see the last free slot.
    await tx.query('SELECT FROM ops.task_setting WHERE task = ANY ($1::text[]) ORDER BY task FOR NO KEY UPDATE', [
      [...new Set(beginnings.map(({ task }) => task))],
    ]);
    // Only now, so that it sees what those who held the locks have begun.
    const begun = await tx.query<ReadyRow>(
      `WITH asked AS MATERIALIZED (${askedRuns}), found AS MATERIALIZED (
         SELECT r.id, r.task, r.priority, asked.worker_id, asked.attempts FROM asked JOIN ops.run r ON r.id = asked.run_id
         WHERE ${isReady} ORDER BY r.id FOR NO KEY UPDATE OF r SKIP LOCKED
       ), limits AS MATERIALIZED (
         SELECT s.*, s.concurrency - ${underWay('s.task')} AS room FROM ops.task_setting s
         WHERE s.task IN (SELECT task FROM found)
       ), ready AS MATERIALIZED (
         SELECT found.id, found.task, found.worker_id, found.attempts, limits.version, limits.settings,
           CASE WHEN limits.paused OR row_number() OVER (PARTITION BY found.task ORDER BY found.priority, found.id) > limits.room
             THEN 'parked' END AS gate
         FROM found LEFT JOIN limits ON limits.task = found.task
       ), begun AS (
         UPDATE ops.run r SET ${beginRun} FROM ready WHERE r.id = ready.id AND ready.gate IS NULL
         RETURNING ready.worker_id, ${begunColumns}
       ), opened AS (
         INSERT INTO ops.attempt (run_id, number, state, worker_id, started_at, settings_version)
         SELECT "runId", attempt, 'running', worker_id, clock_timestamp(), "settingsVersion" FROM begun
       ), parked AS (
         UPDATE ops.run r SET parked = true, updated_at = now() FROM ready
         WHERE r.id = ready.id AND ready.gate = 'parked' AND NOT r.parked
       )
       SELECT ready.id, ready.task AS "ofTask", ready.gate, begun.* FROM ready LEFT JOIN begun ON begun."runId" = ready.id`,
      askedValues(beginnings),
    );
    return begun.rows;
  });
  return inOrder(beginnings, rows).map((begin) => (isLimited(begin) ? undefined : begin));
}

const isLimited = (begin: Begin | LimitedRun | undefined): begin is LimitedRun => begin?.kind === 'limited';
