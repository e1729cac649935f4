import { type BigIntStats, closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, isMissing } from '#contracts/error-codes.js';
import { liesInside, readFlags } from '#inbox/inside-inbox.js';
import { footageError } from './errors.js';

/** An open file below the folder of the footages; closed by who asked for it. */
export interface OpenFile {
  readonly descriptor: number;
  readonly stats: BigIntStats;
}

/**
 * Whether a text is a path below a folder: relative, `/` between folders, and nothing that leads upwards or elsewhere.
 */
export function isPathBelow(path: string): boolean {
  if (path.length > 1_000 || /[\0\\]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/**
 * Opens a file below the folder of the footages, and nothing but a file, and none that a symbolic link leads to.
 * @param path as `isPathBelow` has it
 * @throws BadInputError `footage-missing` or `footage-unreadable`
 */
export function openBelow(root: string, path: string): OpenFile {
  let descriptor: number;
  try {
    descriptor = openSync(join(root, ...path.split('/')), readFlags);
  } catch (error) {
    throw notOpened(error, path);
  }
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    if (!stats.isFile() || !liesInside(descriptor, stats, root, path)) throw missing(path);
    return { descriptor, stats };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** A whole file's bytes; it must not have changed its size since it was opened. */
export function readWhole({ descriptor, stats }: OpenFile): Buffer {
  const bytes = Buffer.alloc(Number(stats.size));
  let length = 0;
  while (length < bytes.length) {
    const read = readSync(descriptor, bytes, length, bytes.length - length, length);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}

/** The system says ELOOP of a symbolic link, and ENXIO of a pipe or a socket. */
const nothingThere = new Set(['ENOTDIR', 'ELOOP', 'ENXIO', 'EISDIR', 'ENAMETOOLONG', 'EMLINK']);

function notOpened(error: unknown, path: string): unknown {
  const code = codeOf(error);
  if (isMissing(error) || (code !== undefined && nothingThere.has(code))) return missing(path);
  if (code !== 'EACCES' && code !== 'EPERM') return error;
  const message = `${path} below FOOTAGE_DIR may not be read by the server; allow it to, and ask again`;
  return footageError('footage-unreadable', message, error);
}

/** The footage's file names a container that is not there. */
export const missing = (path: string) =>
  footageError(
    'footage-missing',
    `expected a folder of images, a ZIP archive or an HDF5 file at ${path} below FOOTAGE_DIR, found nothing there (symbolic links are not followed); put it there, or correct the footage's filename`,
  );
