import { lstatSync, opendirSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '#contracts/error-codes.js';
import { messageOf } from '#contracts/errors.js';
import { mayBeMisnamed, readMisnamed } from './misnamed.js';

/** A regular file below the inbox. */
export interface FoundFile {
  /** Below the inbox, `/` between folders. */
  readonly path: string;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

/** What lies at a path of the inbox: `nothing` also for what the inbox does not take, such as a symbolic link. */
export type Look =
  | { readonly kind: 'file'; readonly file: FoundFile }
  | { readonly kind: 'folder' | 'nothing' }
  | { readonly kind: 'unreadable'; readonly message: string };

/** A step of a walk. A folder is yielded before it is read, so that it is watched first. */
export type Step =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'files'; readonly files: readonly FoundFile[] }
  | { readonly kind: 'unreadable'; readonly path: string; readonly message: string }
  | { readonly kind: 'misnamed'; readonly paths: readonly string[] };

/** Files that are handed out together; what one look at the ledger takes. */
const chunkSize = 1_000;

/** Hidden names are not the inbox's: uploads on their way, and what editors and file managers leave. */
export const isHidden = (path: string): boolean => path.split('/').some((part) => part.startsWith('.'));

/**
 * Walks a folder of the inbox and hands out its files in chunks, sorted by name within each folder. Holds one folder's
 * names at a time. Symbolic links are not followed: they could lead out of the inbox, or round in circles. A folder
 * or file that cannot be read is yielded as such, and the walk goes on.
 *
 * Blocks while it reads: for a thread of its own. A system call costs a third of one through Node's thread pool, which
 * is what half a million files are about.
 * @param below the folder, as a path below the inbox; empty for all of it
 */
export function* walk(inboxDir: string, below: string): Generator<Step, void, undefined> {
  const folders = [below];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    yield { kind: 'folder', path: folder };
    const names: string[] = [];
    const inner: string[] = [];
    const prefix = folder === '' ? '' : `${folder}/`;
    try {
      readFolder(join(inboxDir, folder), names, inner);
    } catch (error) {
      yield { kind: 'unreadable', path: folder, message: messageOf(error) };
      continue;
    }
    if ([...names, ...inner].some(mayBeMisnamed)) {
      const misnamed = readMisnamed(join(inboxDir, folder));
      if (misnamed.length > 0) yield { kind: 'misnamed', paths: misnamed.map((name) => prefix + name) };
    }
    names.sort();
    for (const name of inner.sort().reverse()) {
      if (!mayBeMisnamed(name) || look(inboxDir, prefix + name).kind === 'folder') folders.push(prefix + name);
    }
    for (let from = 0; from < names.length; from += chunkSize) {
      const files: FoundFile[] = [];
      for (const name of names.slice(from, from + chunkSize)) {
        const found = look(inboxDir, prefix + name);
        if (found.kind === 'file') files.push(found.file);
        if (found.kind === 'unreadable') yield { ...found, path: prefix + name };
      }
      yield { kind: 'files', files };
    }
  }
}

/** Entries read at a time: all at once would be an object for each of half a million. */
const entriesAtOnce = 1_000;

function readFolder(path: string, files: string[], folders: string[]): void {
  const folder = opendirSync(path, { bufferSize: entriesAtOnce });
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
      if (isHidden(entry.name)) continue;
      if (entry.isDirectory()) folders.push(entry.name);
      else if (entry.isFile()) files.push(entry.name);
    }
  } finally {
    folder.closeSync();
  }
}

/** What lies at a path of the inbox now. Blocks, see `walk`. */
export function look(inboxDir: string, path: string): Look {
  try {
    const stats = lstatSync(join(inboxDir, path), { bigint: true, throwIfNoEntry: false });
    if (stats?.isDirectory()) return { kind: 'folder' };
    if (!stats?.isFile()) return { kind: 'nothing' };
    return { kind: 'file', file: { path, size: stats.size, mtimeNs: stats.mtimeNs } };
  } catch (error) {
    // A folder of the path has become a file.
    if (codeOf(error) === 'ENOTDIR') return { kind: 'nothing' };
    return { kind: 'unreadable', message: messageOf(error) };
  }
}
