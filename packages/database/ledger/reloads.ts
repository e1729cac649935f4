import type { Queryable, Tx } from '../pool.js';

/**
 * Waits for runs that load some of these files now, and keeps those that are about to waiting until the transaction
 * ends. Two runs that load a file once more at a time would otherwise each take away the rows of before, and each write
 * its own. What they have done is seen by statements after this one.
 *
 * Locks are taken in the order of the runs' ids, so that no two runs wait for each other.
 * @param own the run of this transaction where it loads the files itself
 */
export async function takeTurnWithFiles(tx: Tx, fileIds: readonly bigint[], own: string | undefined): Promise<void> {
  if (fileIds.length === 0) return;
  const { rows } = await tx.query<{ id: string }>(
    `SELECT DISTINCT r.id FROM unnest($1::bigint[]) AS f (id)
     JOIN ops.run_file rf ON rf.file_id = f.id JOIN ops.run r ON r.id = rf.run_id
     WHERE r.state IN ('queued', 'delayed', 'waiting', 'running')`,
    [fileIds],
  );
  const runs = new Set([...rows.map(({ id }) => id), ...(own === undefined ? [] : [own])]);
  for (const id of [...runs].sort()) {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 20261128))', [id]);
  }
}

/** A loaded file and the attempt that wrote its rows. */
export interface LoadedBy {
  readonly id: bigint;
  readonly loadedBy: { readonly runId: string | null; readonly attempt: number | null };
}

/** Locks files whose rows are about to go, so that a run that loads them once more ends before or is refused. */
export async function lockFiles(tx: Queryable, fileIds: readonly bigint[]): Promise<void> {
  if (fileIds.length === 0) return;
  await tx.query('SELECT FROM ops.file WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE', [fileIds]);
}

/**
 * Makes sure that files which were loaded once more have still the rows that were taken away, and keeps it so until the
 * transaction ends. It is the last word about what `takeTurnWithFiles` arranges.
 * @throws Error when another run has loaded or replaced one of them meanwhile; the run is to be tried again
 */
export async function expectUnchanged(tx: Queryable, files: readonly LoadedBy[]): Promise<void> {
  if (files.length === 0) return;
  const { rows } = await tx.query<{ id: string }>(
    `SELECT f.id FROM ops.file f JOIN unnest($1::bigint[], $2::uuid[], $3::int[]) AS known (id, run_id, attempt) ON known.id = f.id
     WHERE f.state = 'loaded' AND (f.run_id, f.attempt) IS NOT DISTINCT FROM (known.run_id, known.attempt)
     ORDER BY f.id FOR NO KEY UPDATE OF f`,
    [files.map(({ id }) => id), files.map((f) => f.loadedBy.runId), files.map((f) => f.loadedBy.attempt)],
  );
  const same = new Set(rows.map(({ id }) => BigInt(id)));
  const changed = files.find(({ id }) => !same.has(id));
  if (!changed) return;
  throw new Error(
    `${files.length - same.size} of its files were loaded or replaced by another run meanwhile, the first is file ${changed.id}; ` +
      'nothing was written, and the run is tried again',
  );
}

/** A duplicate, by where its bytes are. */
export interface DuplicateFile {
  readonly id: bigint;
  readonly path: string;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

/** The current duplicates of loaded files, by those files' ids. */
export async function listDuplicatesOf(
  db: Queryable,
  fileIds: readonly bigint[],
): Promise<ReadonlyMap<bigint, readonly DuplicateFile[]>> {
  const { rows } = await db.query<{ id: string; path: string; size: string; mtime_ns: string; of: string }>(
    `SELECT id, path, size, mtime_ns, duplicate_of_id AS of FROM ops.file
     WHERE duplicate_of_id = ANY($1::bigint[]) AND state = 'duplicate' AND current ORDER BY id`,
    [fileIds],
  );
  const found = new Map<bigint, DuplicateFile[]>();
  for (const row of rows) {
    const file = { id: BigInt(row.id), path: row.path, size: BigInt(row.size), mtimeNs: BigInt(row.mtime_ns) };
    const of = BigInt(row.of);
    found.set(of, [...(found.get(of) ?? []), file]);
  }
  return found;
}

/**
 * Has the bytes of a loaded file that is gone, and has lost rows, loaded from where a duplicate has them: that one is
 * `settled`, the other `superseded`; what is left of its rows belongs to no loaded file then.
 * @returns false when either has another state by now
 */
export async function loadFromDuplicate(db: Queryable, fileId: bigint, duplicateId: bigint): Promise<boolean> {
  const { rowCount } = await db.query(
    `WITH twin AS (
       SELECT id, path FROM ops.file WHERE id = $2 AND state = 'duplicate' AND current FOR UPDATE
     ), gone AS (
       UPDATE ops.file f SET state = 'superseded', current = false, ended_at = now(), updated_at = now(),
         reason = format('its rows were removed by hand, and its bytes are at %s now (file %s)', twin.path, twin.id)
       FROM twin WHERE f.id = $1 AND f.state = 'loaded' RETURNING f.id
     )
     UPDATE ops.file f SET state = 'settled', duplicate_of_id = NULL, moved = false, reason = NULL, ended_at = NULL,
       settled_at = now(), updated_at = now()
     FROM twin, gone WHERE f.id = twin.id`,
    [fileId, duplicateId],
  );
  return rowCount === 1;
}
