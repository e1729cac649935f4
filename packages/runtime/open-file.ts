import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInputError, FileChangedError } from '#contracts/errors.js';
import type { RunFile } from '#database/ledger/outcomes.js';

/** A file of the inbox, open for reading. */
export interface OpenFile {
  readonly id: bigint;
  /** Below the inbox, `/` between folders. */
  readonly path: string;
  /** For libraries that open by themselves; what they read is checked all the same. */
  readonly absolutePath: string;
  readonly handle: FileHandle;
  /** Bytes. */
  readonly size: number;
  /** All of its bytes, when they have been read already. */
  readonly bytes?: Buffer;
}

/** A file that its holder closes. */
export interface HeldFile extends OpenFile {
  /**
   * Makes sure that what was read is the version that was hashed: size and mtime are held against the ledger, on the open
   * file and on the path, so that neither writing into it nor putting another in its place goes unseen. To be called after
   * reading; has been when there are `bytes`.
   * @throws FileChangedError when it is not that version
   */
  verify(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file, and reads it when it is small.
 * @param readUpTo bytes of the largest file that is read
 * @throws FileChangedError when it is gone, or not the version that was hashed; BadInputError when it cannot be read
 */
export async function holdFile(inboxDir: string, file: RunFile, readUpTo = 0): Promise<HeldFile> {
  const absolutePath = join(inboxDir, ...file.path.split('/'));
  const handle = await openOrExplain(absolutePath, file.path);
  const size = Number(file.size);
  const held: HeldFile = {
    id: file.id,
    path: file.path,
    absolutePath,
    handle,
    size,
    verify: () => expectVersion(handle, absolutePath, file),
    close: () => handle.close(),
  };
  if (size > readUpTo) return held;
  try {
    const bytes = await readAll(handle, size);
    await held.verify();
    return { ...held, bytes };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Lets `work` read a file, and makes sure afterwards that it was the version that was hashed (see `HeldFile`). */
export async function withFile<T>(inboxDir: string, file: RunFile, work: (open: OpenFile) => Promise<T>): Promise<T> {
  const held = await holdFile(inboxDir, file);
  try {
    return await verified(held, work);
  } finally {
    await held.close();
  }
}

/** What `work` makes of a file that then turns out to be the right version. */
export async function verified<T>(held: HeldFile, work: (open: OpenFile) => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work(held);
  } catch (error) {
    // Bytes that moved under the reader look like a broken file; the change is the truer reason.
    if (!held.bytes) await held.verify();
    throw error;
  }
  if (!held.bytes) await held.verify();
  return result;
}

/** The first `size` bytes, fewer where the file has become shorter. */
async function readAll(handle: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let read = 0;
  while (read < size) {
    const { bytesRead } = await handle.read(bytes, read, size - read, read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
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
