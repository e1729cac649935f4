import { statfs } from 'node:fs/promises';

/** A partition that could not be written; those that were written before stay as they are. */
export class LakeWriteError extends Error {
  override readonly name = 'LakeWriteError';
}

/** What was to be written where, for the words of an error. */
export interface Writing {
  /** Absolute. */
  readonly folder: string;
  /** Below LAKE_DIR, for people. */
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  readonly allRows: number;
}

const faults: Readonly<Record<string, string>> = {
  EROFS: 'is on a file system that is read-only; mount it so that it can be written',
  EACCES: 'may not be written by the user of this worker; correct its owner or permissions',
  EPERM: 'may not be written by the user of this worker; correct its owner or permissions',
  ENOTDIR: 'lies below a file, not a folder; move the file away or set LAKE_DIR to another folder',
  EEXIST: 'is a file, not a folder; move it away',
  EMFILE: 'could not be opened, as this worker has too many open files; raise the limit (ulimit -n)',
  ENFILE: 'could not be opened, as the machine has too many open files; raise the limit',
};

/**
 * Says of an error of the file system which folder it concerns, what was needed and what to do; other errors are returned
 * as they are.
 */
export async function explainLakeError(error: unknown, writing: Writing): Promise<unknown> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const where = `the folder ${writing.path} of LAKE_DIR`;
  const fault = faults[code];
  if (fault !== undefined) return new LakeWriteError(`${where} ${fault}; then retry the run`, { cause: error });
  if (!['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)) return error;
  const needed = Math.ceil((writing.bytes / Math.max(1, writing.rows)) * Math.max(writing.rows, writing.allRows));
  const free = await freeBytes(writing.folder);
  return new LakeWriteError(
    `${where} is full: expected room for about ${sizeOf(needed)} (${writing.allRows} rows), ` +
      `got ${free === undefined ? code : `${sizeOf(free)} (${code})`} after ${writing.rows} rows; make room there, or set ` +
      'LAKE_DIR to a larger disk, then retry the run. Partitions that were written before stay as they are',
    { cause: error },
  );
}

async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

function sizeOf(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e3).toFixed(1)} kB`;
}
