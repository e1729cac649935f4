import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInputError, FileChangedError } from '#contracts/errors.js';
import type { RunFile } from '#database/ledger/outcomes.js';

/** A file of the inbox, open for reading and known to be the version that the ledger means. */
export interface OpenFile {
  readonly id: bigint;
  /** Below the inbox, `/` between folders. */
  readonly path: string;
  /** For libraries that open by themselves; what they read is checked all the same. */
  readonly absolutePath: string;
  readonly handle: FileHandle;
  /** Bytes. */
  readonly size: number;
}

/**
 * Lets `work` read a file. The version read is the one that was hashed: size and mtime are held against the ledger
 * before and after, on the open file and on the path, so that neither writing into it nor putting another in its place
 * goes unseen.
 * @throws FileChangedError when it is not that version, BadInputError when it cannot be read
 */
export async function withFile<T>(inboxDir: string, file: RunFile, work: (open: OpenFile) => Promise<T>): Promise<T> {
  const absolutePath = join(inboxDir, ...file.path.split('/'));
  const handle = await openOrExplain(absolutePath, file.path);
  try {
    await expectVersion(handle, absolutePath, file);
    let result: T;
    try {
      result = await work({ id: file.id, path: file.path, absolutePath, handle, size: Number(file.size) });
    } catch (error) {
      // Bytes that moved under the reader look like a broken file; the change is the truer reason.
      await expectVersion(handle, absolutePath, file);
      throw error;
    }
    await expectVersion(handle, absolutePath, file);
    return result;
  } finally {
    await handle.close();
  }
}

async function openOrExplain(absolutePath: string, path: string): Promise<FileHandle> {
  try {
    return await open(absolutePath, 'r');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT')
      throw new FileChangedError(`${path} was gone from the inbox when its load began`, { cause: error });
    if (code === 'EACCES' || code === 'EPERM') {
      throw new BadInputError('unreadable', `${path} may not be read by the worker; allow it to and replay the file`, {
        cause: error,
      });
    }
    throw error;
  }
}

async function expectVersion(handle: FileHandle, absolutePath: string, file: RunFile): Promise<void> {
  const now = await handle.stat({ bigint: true });
  if (now.size !== file.size || now.mtimeNs !== file.mtimeNs) {
    throw new FileChangedError(`${file.path} changed while it was loaded; it is looked at again when it stands still`);
  }
  const there = await stat(absolutePath, { bigint: true }).catch(() => undefined);
  if (there?.ino !== now.ino || there.dev !== now.dev) {
    throw new FileChangedError(`${file.path} was replaced or taken away while it was loaded`);
  }
}

/** Whether a path of the inbox still has the version that the ledger knows, by size and mtime. */
export async function liesAt(inboxDir: string, version: Pick<RunFile, 'path' | 'size' | 'mtimeNs'>): Promise<boolean> {
  const there = await stat(join(inboxDir, ...version.path.split('/')), { bigint: true }).catch(() => undefined);
  return there?.size === version.size && there.mtimeNs === version.mtimeNs;
}
