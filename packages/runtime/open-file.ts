import { type BigIntStats, close, closeSync, fstatSync, open as openCallback, read } from 'node:fs';
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
  /** Bytes. */
  readonly size: number;
  /** All of its bytes, where they have been read already; else what they are read through. */
  readonly content: Uint8Array | FileHandle;
}

/** A file that its holder closes; its `content` is not valid any more then. */
export interface HeldFile extends OpenFile {
  /**
   * Makes sure that what was read is the version that was hashed. To be called after reading.
   * @throws FileChangedError when it is not that version
   */
  verify(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file, to be read bit by bit. Its version is known when `verify` has held size and mtime against the ledger, on
 * the open file and on the path, so that neither writing into it nor putting another in its place goes unseen.
 * @throws FileChangedError when it is gone, BadInputError when it cannot be read
 */
export async function holdFile(inboxDir: string, file: RunFile): Promise<HeldFile> {
  const absolutePath = join(inboxDir, ...file.path.split('/'));
  const handle = await explained(open(absolutePath, 'r'), file.path);
  return {
    ...placeOf(file, absolutePath),
    content: handle,
    async verify() {
      const now = await handle.stat({ bigint: true });
      expectVersion(now, file);
      const there = await stat(absolutePath, { bigint: true }).catch(() => undefined);
      if (there?.ino !== now.ino || there.dev !== now.dev) {
        throw new FileChangedError(`${file.path} was replaced or taken away while it was loaded`);
      }
    },
    close: () => handle.close(),
  };
}

/** Buffers for small files that are not in use. */
const spare: Buffer[] = [];
const spareBytes = 512 * 1024;
const maxSpare = 16;

/** Bytes of the largest file that `readFile` takes. */
export const maxWholeBytes = spareBytes;

/**
 * Reads a small file at once; it needs no further check, for the bytes are those of the version that was hashed.
 * @throws FileChangedError when it is gone or not that version, BadInputError when it cannot be read
 */
export async function readFile(inboxDir: string, file: RunFile): Promise<HeldFile> {
  const absolutePath = join(inboxDir, ...file.path.split('/'));
  const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(spareBytes);
  const { length, stats } = await explained(readInto(buffer, absolutePath), file.path);
  expectVersion(stats, file);
  return {
    ...placeOf(file, absolutePath),
    content: buffer.subarray(0, length),
    verify: () => Promise.resolve(),
    close() {
      if (spare.length < maxSpare) spare.push(buffer);
      return Promise.resolve();
    },
  };
}

/**
 * What lies in a file, up to the buffer's length, and its state after the reading. By callbacks and with as few trips
 * through the thread pool as can be: promises of file handles take twice the time, for each of many thousand files.
 */
function readInto(buffer: Buffer, path: string): Promise<{ length: number; stats: BigIntStats }> {
  return new Promise((resolve, reject) => {
    openCallback(path, 'r', (failed, fd) => {
      if (failed) return reject(failed);
      read(fd, buffer, 0, buffer.length, 0, (error, length) => {
        if (error) {
          close(fd, () => reject(error));
          return;
        }
        try {
          // Of an open file that was just read both are at hand; they do not wait for a disk.
          const stats = fstatSync(fd, { bigint: true });
          closeSync(fd);
          resolve({ length, stats });
        } catch (error) {
          reject(error);
        }
      });
    });
  });
}

const placeOf = ({ id, path, size }: RunFile, absolutePath: string): Omit<OpenFile, 'content'> => ({
  id,
  path,
  absolutePath,
  size: Number(size),
});

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
    await held.verify();
    throw error;
  }
  await held.verify();
  return result;
}

async function explained<T>(opening: Promise<T>, path: string): Promise<T> {
  try {
    return await opening;
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

function expectVersion(now: BigIntStats, file: RunFile): void {
  if (now.size !== file.size || now.mtimeNs !== file.mtimeNs) {
    throw new FileChangedError(`${file.path} changed while it was loaded; it is looked at again when it stands still`);
  }
}

/** Whether a path of the inbox still has the version that the ledger knows, by size and mtime. */
export async function liesAt(inboxDir: string, version: Pick<RunFile, 'path' | 'size' | 'mtimeNs'>): Promise<boolean> {
  const there = await stat(join(inboxDir, ...version.path.split('/')), { bigint: true }).catch(() => undefined);
  return there?.size === version.size && there.mtimeNs === version.mtimeNs;
}
