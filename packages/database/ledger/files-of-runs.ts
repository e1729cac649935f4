import type { Queryable, Tx } from '../pool.js';
import type { Fence } from '../runs/attempt-types.js';
import { storableText } from '../storable.js';

/**
 * Gives back the files of a run that failed for a reason that is none of theirs alone. Several go back to be loaded
 * each in a batch of its own; a single one, or one that was alone already, is quarantined with the run's reason.
 */
export async function releaseFiles(tx: Queryable, fence: Fence, reason: string): Promise<void> {
  await tx.query(
    `WITH held AS (SELECT id, alone FROM ops.file WHERE run_id = $1 AND state = 'loading' FOR UPDATE),
     decided AS (SELECT id, CASE WHEN alone OR (SELECT count(*) FROM held) = 1 THEN 'quarantined' ELSE 'settled' END AS state FROM held),
     recorded AS (
       UPDATE ops.run_file r SET outcome = CASE decided.state WHEN 'settled' THEN 'released' ELSE 'quarantined' END, reason = $3
       FROM decided WHERE r.run_id = $1 AND r.file_id = decided.id
     )
     UPDATE ops.file f SET state = CASE WHEN f.current THEN decided.state ELSE 'superseded' END::ops.file_state,
       alone = true, attempt = $2, updated_at = now(),
       code = CASE decided.state WHEN 'quarantined' THEN 'failed' END, reason = CASE decided.state WHEN 'quarantined' THEN $3 END,
       ended_at = CASE WHEN decided.state = 'quarantined' OR NOT f.current THEN now() END
     FROM decided WHERE f.id = decided.id`,
    [fence.runId, fence.attempt, storableText(reason)],
  );
}

/** Quarantines the files that cancelled runs held, so that they wait for a person instead of for another run. */
export async function cancelFiles(tx: Tx, runIds: readonly string[], reason: string): Promise<void> {
  await tx.query(
    `WITH held AS MATERIALIZED (
       SELECT f.id, r.run_id FROM ops.run_file r JOIN ops.file f ON f.id = r.file_id AND f.run_id = r.run_id
       WHERE r.run_id = ANY ($1::uuid[]) AND f.state = 'loading' ORDER BY f.id FOR NO KEY UPDATE OF f
     ), recorded AS (
       UPDATE ops.run_file r SET outcome = 'released', reason = $2 FROM held WHERE r.run_id = held.run_id AND r.file_id = held.id
     )
     UPDATE ops.file f SET state = CASE WHEN f.current THEN 'quarantined' ELSE 'superseded' END::ops.file_state,
       code = CASE WHEN f.current THEN 'cancelled' END,
       reason = CASE WHEN f.current THEN 'its run was ' || $2 || '; replay it to load it' END,
       ended_at = now(), updated_at = now()
     FROM held WHERE f.id = held.id`,
    [runIds, storableText(reason)],
  );
}

/** A file that a run cannot have again. */
export interface TakenFile {
  readonly runId: string;
  readonly fileId: string;
  readonly path: string;
  readonly state: string;
  readonly current: boolean;
}

/**
 * Gives runs that are to be retried the files back that they had: those that wait for a person or for a run. Those that
 * are loaded keep their rows until they are loaded once more.
 * @returns files that another run has or that are no longer the newest of their path; when there is one, nothing was done
 */
export async function takeFilesAgain(tx: Tx, runIds: readonly string[]): Promise<TakenFile[]> {
  const { rows } = await tx.query<TakenFile & { fits: boolean }>(
    `SELECT r.run_id AS "runId", f.id AS "fileId", f.path, f.state, f.current,
       f.current AND f.sha256 IS NOT NULL AND f.state IN ('settled', 'loaded', 'duplicate', 'quarantined', 'discarded') AS fits
     FROM ops.run_file r JOIN ops.file f ON f.id = r.file_id WHERE r.run_id = ANY ($1::uuid[])
     ORDER BY f.id FOR NO KEY UPDATE OF f`,
    [runIds],
  );
  const taken = rows.filter(({ fits }) => !fits);
  if (taken.length > 0 || rows.length === 0) return taken;
  await tx.query(
    `WITH again AS (
       UPDATE ops.run_file SET outcome = NULL, reason = NULL WHERE run_id = ANY ($1::uuid[]) RETURNING run_id, file_id
     )
     UPDATE ops.file f SET state = 'loading', waiting = false, run_id = again.run_id, attempt = NULL, code = NULL, reason = NULL,
       ended_at = NULL, duplicate_of_id = NULL, updated_at = now()
     FROM again WHERE f.id = again.file_id AND f.state <> 'loaded'`,
    [runIds],
  );
  return [];
}
