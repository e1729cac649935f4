import type { Queryable } from '../pool.js';

/** A file of the ledger, as far as is needed to find its bytes and to say what they are. */
export interface FileVersion {
  readonly id: string;
  /** Below the inbox, `/` between folders. */
  readonly path: string;
  readonly version: number;
  /** Whether this is the path's newest version. */
  readonly current: boolean;
  /** Bytes. */
  readonly size: bigint;
  /** Nanoseconds since the Unix epoch. */
  readonly mtimeNs: bigint;
  /** Kind of what is wrong with it. */
  readonly code: string | null;
  /** What is wrong with it, in words. */
  readonly reason: string | null;
}

/** One version of a path, or undefined when the ledger does not know it. */
export async function findFileVersion(db: Queryable, id: string): Promise<FileVersion | undefined> {
  const { rows } = await db.query<Omit<FileVersion, 'size' | 'mtimeNs'> & { size: string; mtimeNs: string }>(
    `SELECT id, path, version, current, size::text, mtime_ns::text AS "mtimeNs", code, reason FROM ops.file WHERE id = $1`,
    [id],
  );
  const [row] = rows;
  return row && { ...row, size: BigInt(row.size), mtimeNs: BigInt(row.mtimeNs) };
}
