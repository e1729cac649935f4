import type { FileState } from '#contracts/states.js';
import { type Pool, type Queryable, type Tx, transaction } from '../pool.js';
import { isState, lookUpByKey } from './query-plans.js';
import type { Tick } from './ticks.js';

/** A file of state `arriving`. */
export interface ArrivingFile {
  readonly id: bigint;
  readonly path: string;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  /** Whether it is known when it was last seen to change; else it counts as changed now (see `noteArriving`). */
  readonly noted: boolean;
}

/** Which arriving files of a source are wanted. */
export interface ArrivingFilter {
  /** Only those of which neither size nor mtime has been seen to change after this, and those of which it is not known. */
  readonly stillSince: Tick;
  /** Only paths behind this one, in the order of their bytes; empty for all. */
  readonly after: string;
  readonly limit: number;
  /** Ids to leave out. */
  readonly except: readonly bigint[];
}

/** Arriving files of a source, in path order, which is the order in which they are to settle. */
export async function listArriving(
  db: Queryable,
  source: string,
  { stillSince, after, limit, except }: ArrivingFilter,
): Promise<ArrivingFile[]> {
  const { rows } = await db.query<{ id: string; path: string; size: string; mtime_ns: string; noted: boolean }>(
    `SELECT id, path, size, mtime_ns, tick IS NOT NULL AS noted FROM ops.file
     WHERE source = $1 AND ${isState('file', 'arriving')} AND current AND path COLLATE "C" > $2
       AND (tick IS NULL OR tick <= $3) AND id <> ALL ($4::bigint[])
     ORDER BY path COLLATE "C" LIMIT $5`,
    [source, after, stillSince, except, limit],
  );
  return rows.map((row) => ({
    id: BigInt(row.id),
    path: row.path,
    size: BigInt(row.size),
    mtimeNs: BigInt(row.mtime_ns),
    noted: row.noted,
  }));
}

/** A file that stood still long enough, with the hash of its bytes (lower-case hex). */
export interface HashedFile {
  readonly id: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly sha256: string;
}

/** States of the version before that say nothing of its bytes, or say that they are no longer wanted. */
const withoutContent: readonly FileState[] = ['superseded', 'arriving', 'ignored'];

/**
 * `p` is the version before `f`, with the bytes that `h` has: `f` was merely touched. Not a duplicate that was moved here
 * and whose twin's rows have gone since: it was no longer current then, so these bytes have to be loaded from here now.
 */
const isTouch = `p.path = f.path AND p.version = f.version - 1 AND p.source = f.source AND p.sha256 = h.sha256
  AND p.state <> ALL ($5::ops.file_state[])
  AND NOT (p.state = 'duplicate' AND p.moved AND NOT EXISTS (
    SELECT FROM ops.file twin WHERE twin.id = p.duplicate_of_id AND twin.state = 'loaded'))`;

const hashed = 'unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) AS h (id, size, mtime_ns, sha256)';
const asHashed = `f.id = h.id AND ${isState('f', 'arriving')} AND f.current AND f.size = h.size AND f.mtime_ns = h.mtime_ns`;

/**
 * Moves files from `arriving` to `settled`, each only if it is still as it was when it was hashed. One whose bytes are
 * those of the version before it was merely touched: that version becomes current again. Otherwise older versions that
 * hold no rows and are in no run are `superseded` here; a loaded one stays until the new rows are committed.
 */
export async function settleFiles(pool: Pool, files: readonly HashedFile[]): Promise<void> {
  if (files.length === 0) return;
  const values = [
    files.map((f) => f.id),
    files.map((f) => f.size),
    files.map((f) => f.mtimeNs),
    files.map((f) => f.sha256),
    withoutContent,
  ];
  await transaction(pool, async (tx) => {
    await lookUpByKey(tx);
    const { rows } = await tx.query<{ path: string; version: number }>(
      `UPDATE ops.file f SET state = 'settled', sha256 = h.sha256, settled_at = now(), updated_at = now(), ended_at = NULL,
         code = NULL, reason = NULL
       FROM ${hashed} WHERE ${asHashed} AND NOT (f.version > 1 AND EXISTS (SELECT FROM ops.file p WHERE ${isTouch}))
       RETURNING f.path, f.version`,
      values,
    );
    const renewed = rows.filter((row) => row.version > 1);
    await supersedeOlder(tx, renewed, ['settled', 'quarantined', 'duplicate', 'discarded']);
    if (rows.length < files.length) await restoreTouched(tx, values);
  });
}

/** Supersedes the versions of some states whose path has a newer one, which says what becomes of the path. */
export async function supersedeOlder(
  tx: Tx,
  files: readonly { path: string }[],
  states: readonly FileState[],
): Promise<void> {
  if (files.length === 0) return;
  await tx.query(
    `UPDATE ops.file SET state = 'superseded', waiting = false, ended_at = now(), updated_at = now()
     WHERE path = ANY($1::text[]) AND NOT current AND state = ANY ($2::ops.file_state[])`,
    [files.map((file) => file.path), states],
  );
}

/**
 * Drops the versions that are but a touch of the one before, which becomes current again with the new mtime. A run that
 * ends at this moment, and decides about that version or takes the rows of its twin away, comes before or after: twins
 * are locked first, as such a run does. What it has changed before leaves the file arriving, for the next look.
 */
async function restoreTouched(tx: Tx, values: readonly unknown[]): Promise<void> {
  const touched = `FROM ${hashed} JOIN ops.file f ON ${asHashed} JOIN ops.file p ON ${isTouch}`;
  await tx.query(
    `SELECT FROM ops.file WHERE id IN (SELECT p.duplicate_of_id ${touched} WHERE p.state = 'duplicate')
     ORDER BY id FOR SHARE`,
    [...values],
  );
  const { rows } = await tx.query<{ id: string; previous: string; size: string; mtime_ns: string }>(
    `SELECT f.id, p.id AS previous, f.size, f.mtime_ns ${touched} ORDER BY p.id FOR UPDATE OF p, f`,
    [...values],
  );
  if (rows.length === 0) return;
  await tx.query('DELETE FROM ops.file WHERE id = ANY($1::bigint[])', [rows.map((row) => row.id)]);
  await tx.query(
    `UPDATE ops.file f SET current = true, size = t.size, mtime_ns = t.mtime_ns, updated_at = now()
     FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS t (id, size, mtime_ns) WHERE f.id = t.id`,
    [rows.map((row) => row.previous), rows.map((row) => row.size), rows.map((row) => row.mtime_ns)],
  );
}

/** An arriving file that is not to be read, with the words for people. */
export interface UnreadableFile extends Pick<ArrivingFile, 'id' | 'size' | 'mtimeNs'> {
  readonly code: 'gone' | 'unreadable';
  readonly reason: string;
}

/**
 * Quarantines arriving files that cannot be read, or that are gone, each only if nothing else has been seen of it since.
 * An older version that settled and had not been given to a run is `superseded`: its bytes are gone as well.
 */
export async function quarantineArriving(pool: Pool, files: readonly UnreadableFile[]): Promise<void> {
  if (files.length === 0) return;
  await transaction(pool, async (tx) => {
    await lookUpByKey(tx);
    const { rows } = await tx.query<{ path: string; version: number }>(
      `UPDATE ops.file f SET state = 'quarantined', code = q.code, reason = q.reason, ended_at = now(), updated_at = now()
       FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[]) AS q (id, size, mtime_ns, code, reason)
       WHERE f.id = q.id AND f.size = q.size AND f.mtime_ns = q.mtime_ns AND ${isState('f', 'arriving')} AND f.current
       RETURNING f.path, f.version`,
      [
        files.map((f) => f.id),
        files.map((f) => f.size),
        files.map((f) => f.mtimeNs),
        files.map((f) => f.code),
        files.map((f) => f.reason),
      ],
    );
    await supersedeOlder(
      tx,
      rows.filter((row) => row.version > 1),
      ['settled'],
    );
  });
}

/**
 * Notes that arriving files changed now: when that was is not known, or looking at them failed for a reason that may
 * pass, so they have to stand still from now on.
 */
export async function noteArriving(db: Queryable, ids: readonly bigint[], tick: Tick): Promise<void> {
  if (ids.length === 0) return;
  await db.query(
    `UPDATE ops.file SET tick = $2, updated_at = now() WHERE id = ANY($1::bigint[]) AND ${isState('file', 'arriving')}`,
    [ids, tick],
  );
}
