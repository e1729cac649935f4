import type { OpenRun } from '#contracts/open-run.js';
import { openRunStates, type RunState } from '#contracts/states.js';
import { actAs } from '../changes/actor.js';
import { cancelFiles } from '../ledger/files-of-runs.js';
import { type Pool, type Queryable, type Tx, transaction } from '../pool.js';
import { storableJson } from '../storable.js';
import { releasedRun, releaseHeld } from './held.js';
import { hangingMs, isLockError, limitLockWait, RunsLockedError } from './locks.js';
import { endSessions } from './run-sessions.js';

/** A run that was cancelled. */
export interface CancelledRun {
  readonly id: string;
  readonly queue: string;
  /** What it was before. */
  readonly was: RunState;
  readonly wasHeld: boolean;
}

/** What a cancel has done. */
export interface Cancellation {
  /** Those that were asked for and have no end yet, and all below them. */
  readonly cancelled: readonly CancelledRun[];
  /** Runs that were held for the end of one of these; their jobs are the caller's to add. */
  readonly released: readonly OpenRun[];
}

/**
 * Ends runs and all below them as `cancelled`, all or none; those that have ended stay as they are. From then on no
 * attempt of theirs can commit, and they invoke nothing more. Files that they held are quarantined, to be replayed.
 *
 * A commit that holds its locks for long is thrown out, so that nobody waits for it; one that is through wins.
 * @param ids runs, in any number and any relation
 * @param reason for people: who, and why
 * @param actor who, for the history of the runs; the session's own actor if not given
 * @throws RunsLockedError when others have kept some of them locked for seconds; nothing was done
 */
export async function cancelRuns(
  pool: Pool,
  ids: readonly string[],
  reason: string,
  actor?: string,
): Promise<Cancellation> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await cancelInTransaction(pool, ids, reason, actor, tries === 1 ? briefMs : hangingMs);
    } catch (error) {
      if (!isLockError(error)) throw error;
      if (tries >= maxTries) throw new RunsLockedError(ids.length, { cause: error });
      await endSessions(pool, await listRunning(pool, ids), briefMs);
    }
  }
}

/**
 * Tries to have all locks. A commit that began meanwhile may hold one of a file, and wait for that of its run: one of both
 * gives way.
 */
const maxTries = 3;
/** Milliseconds that a commit may take once it has its locks, as a rule. */
const briefMs = 250;

async function cancelInTransaction(
  pool: Pool,
  ids: readonly string[],
  reason: string,
  actor: string | undefined,
  waitMs: number,
): Promise<Cancellation> {
  return await transaction(pool, async (tx) => {
    await actAs(tx, actor);
    await limitLockWait(tx, waitMs);
    const cancelled = await cancelTrees(tx, ids, reason);
    await cancelFiles(
      tx,
      cancelled.map(({ id }) => id),
      reason,
    );
    return { cancelled, released: await release(tx, cancelled) };
  });
}

/** The runs under way among some and all below them. */
async function listRunning(db: Queryable, ids: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `WITH RECURSIVE tree AS (
       SELECT id, state FROM ops.run WHERE id = ANY ($1::uuid[])
       UNION SELECT child.id, child.state FROM tree JOIN ops.run child ON child.parent_id = tree.id
     ) SELECT id FROM tree WHERE state = 'running'`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

/**
 * Level by level from the top: a run that is locked and ended invokes nothing more, so that the level below it is
 * complete when it is read. Within a level in the order of ids, as everywhere.
 */
async function cancelTrees(tx: Tx, ids: readonly string[], reason: string): Promise<CancelledRun[]> {
  const cancelled = new Map<string, CancelledRun>();
  for (let level = await lock(tx, 'id', ids); level.length > 0; ) {
    const open = level.filter(({ was }) => openRunStates.some((state) => state === was));
    await end(tx, open, reason);
    for (const run of open) cancelled.set(run.id, run);
    level = await lock(
      tx,
      'parent_id',
      level.map(({ id }) => id),
    );
  }
  return [...cancelled.values()];
}

async function lock(tx: Tx, by: 'id' | 'parent_id', ids: readonly string[]): Promise<CancelledRun[]> {
  const { rows } = await tx.query<CancelledRun>(
    `SELECT id, queue, state AS was, held AS "wasHeld" FROM ops.run WHERE ${by} = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
    [ids],
  );
  return rows;
}

async function end(tx: Tx, runs: readonly CancelledRun[], reason: string): Promise<void> {
  const error = storableJson({ name: 'CancelledError', message: reason });
  await tx.query(
    `UPDATE ops.run SET state = 'cancelled', held = false, parked = false, awaits = NULL, error = $2::jsonb, ended_at = clock_timestamp(), updated_at = now()
     WHERE id = ANY ($1::uuid[])`,
    [runs.map(({ id }) => id), error],
  );
  await tx.query(
    `UPDATE ops.attempt SET state = 'cancelled', error = $2::jsonb, ended_at = clock_timestamp()
     WHERE run_id = ANY ($1::uuid[]) AND state = 'running'`,
    [runs.filter(({ was }) => was === 'running').map(({ id }) => id), error],
  );
}

/** Runs of the same windows as those that were let go have their turn, where the parent goes on. */
async function release(tx: Tx, cancelled: readonly CancelledRun[]): Promise<OpenRun[]> {
  const { rows } = await tx.query<{ released: OpenRun }>(
    `WITH ended AS MATERIALIZED (
       SELECT r.id, r.parent_id, r.invoke_window FROM ops.run r JOIN ops.run parent ON parent.id = r.parent_id
       WHERE r.id = ANY ($1::uuid[]) AND r.invoke_window IS NOT NULL
         AND parent.state IN ('queued', 'delayed', 'waiting', 'running')
     ), ${releaseHeld('ended')}
     SELECT ${releasedRun} AS released FROM released JOIN ops.run parent ON parent.id = released.parent_id`,
    [cancelled.filter(({ wasHeld }) => !wasHeld).map(({ id }) => id)],
  );
  return rows.map(({ released }) => released);
}
