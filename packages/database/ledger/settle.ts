import type { FileState } from '#contracts/states.js';
import { type Pool, type Queryable, transaction } from '../pool.js';

/** A file of state `arriving`. */
export interface ArrivingFile {
  readonly id: bigint;
  readonly path: string;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  /** For how many milliseconds size and mtime have not been seen to change. */
  readonly stillMs: number;
}

/** Up to `limit` arriving files, those longest unchanged first, so that one that grows for hours holds up nobody. */
export async function listArriving(db: Queryable, limit: number): Promise<ArrivingFile[]> {
  const { rows } = await db.query<{ id: string; path: string; size: string; mtime_ns: string; still_ms: number }>(
    `SELECT id, path, size, mtime_ns, (extract(epoch FROM now() - updated_at) * 1000)::float8 AS still_ms
     FROM ops.file WHERE state = 'arriving' AND current ORDER BY updated_at, id LIMIT $1`,
    [limit],
  );
  return rows.map((row) => ({
    id: BigInt(row.id),
    path: row.path,
    size: BigInt(row.size),
    mtimeNs: BigInt(row.mtime_ns),
    stillMs: row.still_ms,
  }));
}

/** A file that stood still long enough, with the hash of its bytes (lower-case hex). */
export interface HashedFile {
  readonly id: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly sha256: string;
}

/**
 * Moves files from `arriving` to `settled`, each only if it is still as it was when it was hashed. One whose bytes are
 * those of the version before it was merely touched: that version becomes current again. Otherwise older versions that
 * hold no rows and are in no run are `superseded` here; a loaded one stays until the new rows are committed.
 */
export async function settleFiles(pool: Pool, files: readonly HashedFile[]): Promise<void> {
  if (files.length === 0) return;
  const hashes = [
    files.map((f) => f.id),
    files.map((f) => f.size),
    files.map((f) => f.mtimeNs),
    files.map((f) => f.sha256),
  ];
  await transaction(pool, async (tx) => {
    const { rows } = await tx.query<{ id: string; path: string; sha256: string; touched: string | null }>(
      `SELECT f.id, f.path, h.sha256, p.id AS touched
       FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) AS h (id, size, mtime_ns, sha256)
       JOIN ops.file f ON f.id = h.id AND f.state = 'arriving' AND f.current AND f.size = h.size AND f.mtime_ns = h.mtime_ns
       LEFT JOIN ops.file p ON p.path = f.path AND p.version = f.version - 1 AND p.source = f.source
         AND p.sha256 = h.sha256 AND p.state <> ALL ($5::ops.file_state[])
       FOR UPDATE OF f`,
      [...hashes, ['superseded', 'arriving', 'ignored'] satisfies FileState[]],
    );
    const touched = rows.filter((row) => row.touched !== null);
    const settled = rows.filter((row) => row.touched === null);
    if (touched.length > 0) {
      await tx.query('DELETE FROM ops.file WHERE id = ANY($1::bigint[])', [touched.map((row) => row.id)]);
      await tx.query(
        `UPDATE ops.file f SET current = true, size = h.size, mtime_ns = h.mtime_ns, updated_at = now()
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) AS h (id, size, mtime_ns, sha256)
         JOIN unnest($5::bigint[], $6::bigint[]) AS t (id, previous) ON t.id = h.id
         WHERE f.id = t.previous`,
        [...hashes, touched.map((row) => row.id), touched.map((row) => row.touched)],
      );
    }
    await tx.query(
      `UPDATE ops.file f SET state = 'settled', sha256 = s.sha256, settled_at = now(), updated_at = now(), ended_at = NULL,
         code = NULL, reason = NULL
       FROM unnest($1::bigint[], $2::text[]) AS s (id, sha256) WHERE f.id = s.id`,
      [settled.map((row) => row.id), settled.map((row) => row.sha256)],
    );
    await tx.query(
      `UPDATE ops.file SET state = 'superseded', ended_at = now(), updated_at = now()
       WHERE path = ANY($1::text[]) AND NOT current AND state IN ('settled', 'quarantined', 'duplicate', 'discarded')`,
      [settled.map((row) => row.path)],
    );
  });
}

/** Quarantines an arriving file that cannot be read, or that is gone, with the words for people. */
export async function quarantineArriving(db: Queryable, id: bigint, code: string, reason: string): Promise<void> {
  await db.query(
    `UPDATE ops.file SET state = 'quarantined', code = $2, reason = $3, ended_at = now(), updated_at = now()
     WHERE id = $1 AND state = 'arriving'`,
    [id, code, reason],
  );
}
