import { type Pool, type Queryable, transaction } from '../pool.js';
import { giveFilesToRun, type NewRun, newRunId, type OpenRun, recordRun } from '../runs/record-run.js';
import { type LoadedFile, type LoadedRow, loadedColumns, loadedFile } from './outcomes.js';

/** What a source has waiting. */
export interface Backlog {
  readonly source: string;
  readonly settled: number;
  readonly arriving: number;
  /** For how many milliseconds the longest-waiting settled file has been settled. */
  readonly oldestMs: number;
}

/** What every source has waiting for a batch; sources with nothing are left out. */
export async function readBacklogs(db: Queryable): Promise<Backlog[]> {
  const { rows } = await db.query<{ source: string; settled: number; arriving: number; oldest_ms: number | null }>(
    `SELECT source, count(*) FILTER (WHERE state = 'settled')::int AS settled,
       count(*) FILTER (WHERE state = 'arriving')::int AS arriving,
       (extract(epoch FROM now() - min(settled_at) FILTER (WHERE state = 'settled')) * 1000)::float8 AS oldest_ms
     FROM ops.file WHERE state IN ('arriving', 'settled') AND current AND source IS NOT NULL GROUP BY source`,
  );
  return rows.map((row) => ({ ...row, oldestMs: row.oldest_ms ?? 0 }));
}

/** A settled file and the loaded one with the same bytes. */
export interface Twins {
  readonly fileId: bigint;
  readonly loaded: LoadedFile;
}

/**
 * Up to `limit` settled files whose bytes are loaded already. Not one whose path has rows of older content: that needs
 * a run, which takes them away.
 */
export async function listTwins(db: Queryable, source: string, limit: number): Promise<Twins[]> {
  const { rows } = await db.query<LoadedRow & { file_id: string }>(
    `SELECT f.id AS file_id, ${loadedColumns} FROM ops.file f
     JOIN ops.file l ON l.source = f.source AND l.sha256 = f.sha256 AND l.state = 'loaded' AND l.id <> f.id
     WHERE f.source = $1 AND f.state = 'settled' AND f.current AND NOT EXISTS (
       SELECT FROM ops.file older WHERE older.path = f.path AND older.state = 'loaded' AND older.id <> l.id)
     LIMIT $2`,
    [source, limit],
  );
  return rows.map((row) => ({ fileId: BigInt(row.file_id), loaded: loadedFile(row) }));
}

/** What was judged of a settled file: it is a duplicate, and whether the other's bytes were moved here. */
export interface Duplicate {
  readonly fileId: bigint;
  readonly loadedId: bigint;
  readonly moved: boolean;
}

/**
 * Marks settled files as duplicates, each if the other is loaded still.
 * @returns how many were
 */
export async function markDuplicates(db: Queryable, duplicates: readonly Duplicate[]): Promise<number> {
  const { rowCount } = await db.query(
    // The lock makes a run that is about to take the twin's rows away wait; it then sees the duplicate and frees it.
    `WITH twin AS (
       SELECT judged.file, judged.moved, l.id, l.path
       FROM unnest($1::bigint[], $2::bigint[], $3::boolean[]) AS judged (file, loaded, moved)
       JOIN ops.file l ON l.id = judged.loaded AND l.state = 'loaded'
       FOR SHARE OF l
     )
     UPDATE ops.file f
     SET state = 'duplicate', duplicate_of_id = twin.id, moved = twin.moved, rows = NULL, ended_at = now(),
       updated_at = now(), reason = format('the same bytes are loaded from %s (file %s)', twin.path, twin.id)
     FROM twin WHERE f.id = twin.file AND f.state = 'settled' AND f.current`,
    [duplicates.map((d) => d.fileId), duplicates.map((d) => d.loadedId), duplicates.map((d) => d.moved)],
  );
  return rowCount ?? 0;
}

/** How much one batch may hold. */
export interface BatchLimits {
  readonly files: number;
  /** A file larger than this goes in a batch of its own. */
  readonly bytes: number;
}

/**
 * Records a run for the next batch of a source's settled files and marks them as held by it, in one transaction.
 * Of files with the same bytes only one is taken at a time: what becomes of it decides about the others. Only one
 * process may dispatch at a time.
 * @param input makes the run's input from the ids
 * @returns undefined when nothing waits
 */
export async function dispatchBatch(
  pool: Pool,
  source: string,
  limits: BatchLimits,
  run: Omit<NewRun, 'input'>,
  input: (fileIds: readonly bigint[]) => unknown,
): Promise<{ readonly run: OpenRun; readonly files: number } | undefined> {
  return await transaction(pool, async (tx) => {
    const { rows } = await tx.query<{ id: string; size: string; alone: boolean }>(
      // Index probes per row and no sort, so that the cost is the batch's and not the backlog's.
      `SELECT f.id, f.size, f.alone FROM ops.file f
       WHERE f.source = $1 AND f.state = 'settled' AND f.current
         AND NOT EXISTS (
           SELECT FROM ops.file o WHERE o.source = f.source AND o.sha256 = f.sha256
             AND (o.state = 'loading' OR (o.state = 'settled' AND o.current AND o.id < f.id)))
         AND NOT EXISTS (SELECT FROM ops.file o WHERE o.path = f.path AND o.state = 'loading')
       ORDER BY f.id LIMIT $2`,
      [source, limits.files],
    );
    const ids = takeBatch(rows, limits.bytes);
    if (ids.length === 0) return undefined;
    const recorded = await recordRun(tx, newRunId(), { ...run, input: input(ids) });
    if (!recorded) throw new Error('a run without an idempotency key was refused as known');
    await giveFilesToRun(tx, recorded.id, ids);
    return { run: recorded, files: ids.length };
  });
}

function takeBatch(rows: readonly { id: string; size: string; alone: boolean }[], bytes: number): bigint[] {
  const ids: bigint[] = [];
  let total = 0;
  for (const row of rows) {
    total += Number(row.size);
    if (ids.length > 0 && (row.alone || total > bytes)) break;
    ids.push(BigInt(row.id));
    if (row.alone) break;
  }
  return ids;
}
