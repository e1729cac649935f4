import type { OpenRun } from '#contracts/open-run.js';
import { retryableStates } from '#contracts/states.js';
import { actAs } from '../changes/actor.js';
import { type TakenFile, takeFilesAgain } from '../ledger/files-of-runs.js';
import { type Pool, type Tx, transaction } from '../pool.js';
import { isLockError, limitLockWait, RunsLockedError } from './locks.js';

/** What a retry has done. */
export type Retried =
  /** `runs` may start again, those that invoked before those that were invoked; their jobs are the caller's to add. */
  | { readonly kind: 'retried'; readonly runs: readonly OpenRun[]; readonly count: number }
  /** Nothing was done: these files are another run's by now, or were replaced by newer content. */
  | { readonly kind: 'files-taken'; readonly files: readonly TakenFile[] };

/**
 * Has failed and cancelled runs go on: the same runs, with as many attempts as at first. Of what they invoked, that runs
 * again which failed or was cancelled; what succeeded keeps its result, and so do recorded steps. Others of `ids` are left
 * as they are. All or none.
 * @param actor who, for the history of the runs; the session's own actor if not given
 * @throws RunsLockedError when others have kept some of them locked for seconds; nothing was done
 */
export async function retryRuns(pool: Pool, ids: readonly string[], actor?: string): Promise<Retried> {
  try {
    return await retryInTransaction(pool, ids, actor);
  } catch (error) {
    throw isLockError(error) ? new RunsLockedError(ids.length, { cause: error }) : error;
  }
}

async function retryInTransaction(pool: Pool, ids: readonly string[], actor: string | undefined): Promise<Retried> {
  return await transaction(pool, async (tx) => {
    await actAs(tx, actor);
    await limitLockWait(tx);
    const levels = await lockFailed(tx, ids);
    const failed = [...new Set(levels.flat())];
    if (failed.length === 0) return { kind: 'retried', runs: [], count: 0 };
    const files = await takeFilesAgain(tx, failed);
    if (files.length > 0) return { kind: 'files-taken', files };
    // From below, so that a run sees whether it waits for some of these.
    for (const level of levels.toReversed()) await reopen(tx, level);
    return { kind: 'retried', runs: await listStartable(tx, failed), count: failed.length };
  });
}

/** Locks failed runs and what failed below them, level by level. */
async function lockFailed(tx: Tx, ids: readonly string[]): Promise<string[][]> {
  const levels: string[][] = [];
  for (let level = await lock(tx, 'id', ids); level.length > 0; level = await lock(tx, 'parent_id', level)) {
    levels.push(level);
  }
  return levels;
}

async function lock(tx: Tx, by: 'id' | 'parent_id', ids: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT id FROM ops.run WHERE ${by} = ANY ($1::uuid[]) AND state = ANY ($2::ops.run_state[])
     ORDER BY id FOR NO KEY UPDATE`,
    [ids, retryableStates],
  );
  return rows.map(({ id }) => id);
}

/** A window's runs come back as they were invoked: no more at a time than it lets go. */
async function reopen(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.query(
    `WITH turn AS (
       SELECT r.id, r.invoke_at_most - (
           SELECT count(*) FROM ops.run o WHERE o.parent_id = r.parent_id AND o.invoke_window = r.invoke_window AND NOT o.held
             AND o.state IN ('queued', 'delayed', 'waiting', 'running'))
         < row_number() OVER (PARTITION BY r.parent_id, r.invoke_window ORDER BY r.id) AS held
       FROM ops.run r WHERE r.id = ANY ($1::uuid[])
     )
     UPDATE ops.run r SET state = CASE WHEN EXISTS (
           SELECT FROM ops.run child WHERE child.parent_id = r.id AND child.state IN ('queued', 'delayed', 'waiting', 'running'))
         THEN 'waiting' ELSE 'queued' END::ops.run_state,
       held = COALESCE(turn.held, false), parked = false, output = NULL, error = NULL, failures = 0, losses = 0, ended_at = NULL,
       available_at = now(), delay_ms = 0, progress_done = NULL, progress_total = NULL, updated_at = now()
     FROM turn WHERE r.id = turn.id`,
    [ids],
  );
}

async function listStartable(tx: Tx, ids: readonly string[]): Promise<OpenRun[]> {
  const { rows } = await tx.query<Omit<OpenRun, 'parent'> & { parent: OpenRun['parent'] | null }>(
    `SELECT r.id, r.task, r.queue, r.priority, 0 AS "delayMs",
       CASE WHEN parent.state = 'waiting' THEN json_build_object('id', parent.id, 'queue', parent.queue) END AS parent
     FROM ops.run r LEFT JOIN ops.run parent ON parent.id = r.parent_id
     WHERE r.id = ANY ($1::uuid[]) AND NOT r.held ORDER BY r.id`,
    [ids],
  );
  return rows.map(({ parent, ...run }) => ({ ...run, parent: parent ?? undefined }));
}
