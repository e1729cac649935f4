import type { BigIntStats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';

/** A regular file below the inbox. */
export interface FoundFile {
  /** Below the inbox, `/` between folders. */
  readonly path: string;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

/** Files that are handed out together; what one look at the ledger takes. */
const chunkSize = 500;
/** Files asked for at a time; more gains nothing on a local disk and much on a network drive. */
const statsAtOnce = pLimit(32);

/** Hidden names are not the inbox's: uploads on their way, and what editors and file managers leave. */
export const isHidden = (path: string): boolean => path.split('/').some((part) => part.startsWith('.'));

/**
 * Walks a folder of the inbox and hands out its files in chunks, sorted by name within each folder. Holds one folder's
 * names at a time. Symbolic links are not followed: they could lead out of the inbox, or round in circles.
 * @param below the folder, as a path below the inbox; empty for all of it
 * @param onUnreadable told of a folder that cannot be read; the walk goes on
 */
export async function* walk(
  inboxDir: string,
  below: string,
  onUnreadable: (path: string, error: unknown) => void,
): AsyncGenerator<FoundFile[], void, undefined> {
  const folders = [below];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const names: string[] = [];
    const inner: string[] = [];
    try {
      for (const entry of await readdir(join(inboxDir, folder), { withFileTypes: true })) {
        if (isHidden(entry.name)) continue;
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory()) inner.push(path);
        else if (entry.isFile()) names.push(path);
      }
    } catch (error) {
      onUnreadable(folder, error);
      continue;
    }
    names.sort();
    folders.push(...inner.sort().reverse());
    for (let from = 0; from < names.length; from += chunkSize) {
      const found = await Promise.all(
        names.slice(from, from + chunkSize).map((path) => statsAtOnce(() => look(inboxDir, path))),
      );
      yield found.flatMap((file) => (file?.kind === 'file' ? [file.file] : []));
    }
  }
}

/** What lies at a path of the inbox; undefined when nothing does, or nothing that the inbox takes. */
export async function look(
  inboxDir: string,
  path: string,
): Promise<{ kind: 'file'; file: FoundFile } | { kind: 'folder' } | undefined> {
  let stats: BigIntStats;
  try {
    stats = await lstat(join(inboxDir, path), { bigint: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return;
    throw error;
  }
  if (stats.isDirectory()) return { kind: 'folder' };
  if (!stats.isFile()) return;
  return { kind: 'file', file: { path, size: stats.size, mtimeNs: stats.mtimeNs } };
}
