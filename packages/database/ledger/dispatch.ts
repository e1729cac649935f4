import type { OpenRun } from '#contracts/open-run.js';
import { type Pool, type Queryable, transaction } from '../pool.js';
import { giveFilesToRun, type NewRun, newRunId, recordRun } from '../runs/record-run.js';
import { type LoadedFile, type LoadedRow, loadedColumns, loadedFile } from './outcomes.js';
import { isState, lookUpByKey } from './query-plans.js';

/** What the passes have to look at in a source. */
export interface Activity {
  readonly source: string;
  readonly arriving: boolean;
  /** Those that wait for rows of other files do not count. */
  readonly settled: boolean;
}

/** Settled, and waiting for nothing but a run. */
const isReady = (file: string): string => `NOT ${file}.waiting AND ${isState(file, 'settled')}`;

/** Of some sources those that have files arriving or settled; a look into an index each, however many files wait. */
export async function readActivity(db: Queryable, sources: readonly string[]): Promise<Activity[]> {
  // The order makes the index over what waits the only sensible way, whatever the statistics say.
  const first = (condition: string): string =>
    `(SELECT true FROM ops.file f WHERE f.source = s.source AND ${condition} AND f.current
      ORDER BY f.path COLLATE "C" LIMIT 1) IS NOT NULL`;
  const { rows } = await db.query<Activity>(
    `SELECT * FROM (SELECT s.source, ${first(isState('f', 'arriving'))} AS arriving, ${first(isReady('f'))} AS settled
       FROM unnest($1::text[]) AS s (source)) activity
     WHERE arriving OR settled`,
    [sources],
  );
  return rows;
}

/** A stretch of a source's settled files, in path order: the first `limit` with paths behind `after`. */
export interface Stretch {
  readonly source: string;
  /** Empty for the beginning. */
  readonly after: string;
  readonly limit: number;
}

/** `$1` to `$3` are source, after and limit. */
const stretch = `(SELECT * FROM ops.file WHERE source = $1 AND ${isReady('file')} AND current AND path COLLATE "C" > $2
  ORDER BY path COLLATE "C" LIMIT $3)`;

/** What a stretch is found to hold. */
export interface Measure {
  /** At most the stretch's limit. */
  readonly files: number;
  /** The last path. */
  readonly last: string;
}

/** What a stretch holds, which is as cheap as it is short. */
export async function measureStretch(db: Queryable, { source, after, limit }: Stretch): Promise<Measure> {
  const { rows } = await db.query<{ files: number; last: string | null }>(
    `SELECT count(*)::int AS files, max(path COLLATE "C") AS last FROM ${stretch} f`,
    [source, after, limit],
  );
  const [row] = rows;
  return { files: row?.files ?? 0, last: row?.last ?? after };
}

/** A settled file and the loaded one with the same bytes. */
export interface Twins {
  readonly fileId: bigint;
  readonly loaded: LoadedFile;
}

/**
 * The files of a stretch whose bytes are loaded already. Not one whose path has rows of older content: that needs a
 * run, which takes them away.
 */
export async function listTwins(db: Queryable, { source, after, limit }: Stretch): Promise<Twins[]> {
  const { rows } = await db.query<LoadedRow & { file_id: string }>(
    // OFFSET 0 keeps it looks into indexes, file by file.
    `SELECT f.id AS file_id, ${loadedColumns} FROM ${stretch} f
     CROSS JOIN LATERAL (
       SELECT * FROM ops.file o WHERE o.source = f.source AND o.sha256 = f.sha256 AND o.state = 'loaded' AND o.id <> f.id
       OFFSET 0) l
     WHERE NOT EXISTS (
       SELECT FROM ops.file older WHERE older.path = f.path AND ${isState('older', 'loaded')} AND older.id <> l.id OFFSET 0)`,
    [source, after, limit],
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
       JOIN ops.file l ON l.id = judged.loaded AND ${isState('l', 'loaded')}
       FOR SHARE OF l
     )
     UPDATE ops.file f
     SET state = 'duplicate', duplicate_of_id = twin.id, moved = twin.moved, rows = NULL, ended_at = now(),
       updated_at = now(), reason = format('the same bytes are loaded from %s (file %s)', twin.path, twin.id)
     FROM twin WHERE f.id = twin.file AND ${isState('f', 'settled')} AND f.current`,
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

/** Where a batch is looked for, and whether it has to be full. */
export interface BatchRange extends Omit<Stretch, 'source'> {
  /** No batch when fewer files than this may go; others wait for files with the same bytes. */
  readonly atLeast: number;
}

/** A batch that was given to a run. */
export interface DispatchedBatch {
  readonly run: OpenRun;
  readonly files: number;
  /** Path of its last file: the next batch goes on behind it. */
  readonly last: string;
}

/**
 * Records a run for the next batch of a source's settled files and marks them as held by it, in one transaction. The
 * batch is a stretch of the paths in the order of their bytes: files named by time make a stretch of time. Of files
 * with the same bytes only one is taken at a time: what becomes of it decides about the others, unless it waits for rows of
 * other files. Only one process may
 * dispatch at a time.
 * @param input makes the run's input from the ids
 * @returns undefined when no batch waits
 */
export async function dispatchBatch(
  pool: Pool,
  source: string,
  limits: BatchLimits,
  run: Omit<NewRun, 'input'>,
  input: (fileIds: readonly bigint[]) => unknown,
  { after, limit, atLeast }: BatchRange = { after: '', limit: limits.files, atLeast: 1 },
): Promise<DispatchedBatch | undefined> {
  return await transaction(pool, async (tx) => {
    await lookUpByKey(tx);
    const { rows } = await tx.query<WaitingRow>(
      // Looks into indexes per file (OFFSET 0) and no sort, so that the cost is the batch's and not the backlog's.
      `SELECT f.id, f.path, f.size, f.alone FROM ${stretch} f
       WHERE NOT EXISTS (
           SELECT FROM ops.file o WHERE o.source = f.source AND o.sha256 = f.sha256 AND ${isState('o', 'settled', 'loading')}
             AND (${isState('o', 'loading')} OR (o.current AND NOT o.waiting AND o.id < f.id)) OFFSET 0)
         AND NOT EXISTS (SELECT FROM ops.file o WHERE o.path = f.path AND ${isState('o', 'loading')} OFFSET 0)
       ORDER BY f.path COLLATE "C" LIMIT $4`,
      [source, after, limit, limits.files],
    );
    if (rows.length < atLeast) return undefined;
    const taken = takeBatch(rows, limits.bytes);
    const last = taken.at(-1);
    if (!last) return undefined;
    const ids = taken.map((row) => BigInt(row.id));
    const recorded = await recordRun(tx, newRunId(), { ...run, input: input(ids) });
    if (!recorded) throw new Error('a run without an idempotency key was refused as known');
    await giveFilesToRun(tx, recorded.id, ids);
    return { run: recorded, files: ids.length, last: last.path };
  });
}

interface WaitingRow {
  readonly id: string;
  readonly path: string;
  readonly size: string;
  readonly alone: boolean;
}

function takeBatch(rows: readonly WaitingRow[], bytes: number): WaitingRow[] {
  const taken: WaitingRow[] = [];
  let total = 0;
  for (const row of rows) {
    total += Number(row.size);
    if (taken.length > 0 && (row.alone || total > bytes)) break;
    taken.push(row);
    if (row.alone) break;
  }
  return taken;
}
