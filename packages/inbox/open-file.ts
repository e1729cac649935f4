import { createHash } from 'node:crypto';
import { type BigIntStats, close, closeSync, fstatSync, open as openCallback, read } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteSource } from '#contracts/byte-source.js';
import { BadInputError, FileChangedError } from '#contracts/errors.js';
import { toFileError } from '#contracts/file-errors.js';
import type { RunFile } from '#database/ledger/outcomes.js';
import { HashedSource } from './hashed-source.js';
import { identityOf, liesInside, readFlags, statInside } from './inside-inbox.js';

/** A file of the inbox, open for reading. */
export interface OpenFile {
  readonly id: bigint;
  /** Below the inbox, `/` between folders. */
  readonly path: string;
  /**
   * For processes that open it by themselves. They have to check that it has this `identity`, or may read another file.
   */
  readonly absolutePath: string;
  /** As `identityOf` has it. */
  readonly identity: string;
  /** Bytes. */
  readonly size: number;
  /** All of its bytes, where they have been read already; else what they are read through. */
  readonly content: Uint8Array | ByteSource;
}

/** A file that its holder closes; its `content` is not valid any more then. */
export interface HeldFile extends OpenFile {
  /** Whether it still has the size and mtime that were hashed, and is still at its path. @throws FileChangedError */
  checkVersion(): Promise<void>;
  /**
   * Makes sure that what was read are the bytes that were hashed. To be called after reading. Reads once more what was
   * not read in order.
   * @throws FileChangedError when they are not
   */
  verify(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file, to be read bit by bit. What was read is known to be the version of the ledger when `verify` has hashed
 * it: bytes read in order as they passed, others in the open file, in which nothing changed meanwhile. Size and mtime
 * alone could be set back by the process that changed the file.
 * @param signal stops the hashing
 * @throws FileChangedError when it is gone, no file, or another version; BadInputError when it may not be read;
 *   FileFaultError when it cannot be read now
 */
export async function holdFile(inboxDir: string, file: RunFile, signal?: AbortSignal): Promise<HeldFile> {
  const absolutePath = absolute(inboxDir, file);
  const handle = await explained(open(absolutePath, readFlags), file.path);
  try {
    const opened = await explained(handle.stat({ bigint: true }), file.path);
    expectFile(opened, handle.fd, inboxDir, file);
    return held(handle, { inboxDir, file, absolutePath, opened, signal });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface Opened {
  readonly inboxDir: string;
  readonly file: RunFile;
  readonly absolutePath: string;
  readonly opened: BigIntStats;
  readonly signal: AbortSignal | undefined;
}

function held(handle: FileHandle, { inboxDir, file, absolutePath, opened, signal }: Opened): HeldFile {
  const content = new HashedSource(handle, file.path, Number(file.size));
  const checkVersion = async (): Promise<BigIntStats> => {
    const now = await explained(handle.stat({ bigint: true }), file.path);
    expectVersion(now, file);
    const there = await statInside(inboxDir, file.path);
    if (!there || identityOf(there) !== identityOf(now)) {
      throw new FileChangedError(`${file.path} was replaced or taken away while it was loaded`);
    }
    return now;
  };
  return {
    ...locationOf(file, absolutePath, opened),
    content,
    async checkVersion() {
      await checkVersion();
    },
    async verify() {
      expectVersion(await explained(handle.stat({ bigint: true }), file.path), file);
      const { sha256, inOrder } = await content.finish(signal);
      const now = await checkVersion();
      expectHash(sha256, file);
      // What was used may have been there for a moment only. No one can set back when a file was last changed.
      if (!inOrder && now.ctimeNs !== opened.ctimeNs) throw changed(file);
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
 * Reads a small file at once; it needs no further check, for the bytes are those that were hashed.
 * @throws as `holdFile` does
 */
export async function readFile(inboxDir: string, file: RunFile): Promise<HeldFile> {
  const absolutePath = absolute(inboxDir, file);
  const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(spareBytes);
  const giveBack = (): void => {
    if (spare.length < maxSpare) spare.push(buffer);
  };
  try {
    const { length, stats } = await explained(readInto(buffer, absolutePath, inboxDir, file), file.path);
    const bytes = buffer.subarray(0, length);
    expectHash(createHash('sha256').update(bytes).digest('hex'), file);
    return {
      ...locationOf(file, absolutePath, stats),
      content: bytes,
      checkVersion: () => Promise.resolve(),
      verify: () => Promise.resolve(),
      close() {
        giveBack();
        return Promise.resolve();
      },
    };
  } catch (error) {
    giveBack();
    throw error;
  }
}

/**
 * What lies in a file, up to the buffer's length. By callbacks and with as few trips through the thread pool as can be:
 * promises of file handles take twice the time, for each of many thousand files.
 */
function readInto(
  buffer: Buffer,
  absolutePath: string,
  inboxDir: string,
  file: RunFile,
): Promise<{ length: number; stats: BigIntStats }> {
  return new Promise((resolve, reject) => {
    openCallback(absolutePath, readFlags, (failed, fd) => {
      if (failed) return reject(failed);
      let stats: BigIntStats;
      try {
        // Of an open file it is at hand; it does not wait for a disk.
        stats = fstatSync(fd, { bigint: true });
        expectFile(stats, fd, inboxDir, file);
      } catch (error) {
        close(fd, () => reject(error));
        return;
      }
      read(fd, buffer, 0, buffer.length, 0, (error, length) => {
        if (error) {
          close(fd, () => reject(error));
          return;
        }
        try {
          closeSync(fd);
          resolve({ length, stats });
        } catch (error) {
          reject(error);
        }
      });
    });
  });
}

const absolute = (inboxDir: string, { path }: Pick<RunFile, 'path'>): string => join(inboxDir, ...path.split('/'));

const locationOf = ({ id, path, size }: RunFile, absolutePath: string, stats: BigIntStats): Omit<OpenFile, 'content'> => ({
  id,
  path,
  absolutePath,
  identity: identityOf(stats),
  size: Number(size),
});

/** Lets `work` read a file, and makes sure afterwards that it was the version that was hashed (see `HeldFile`). */
export async function withFile<T>(
  inboxDir: string,
  file: RunFile,
  work: (open: OpenFile) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const held = await holdFile(inboxDir, file, signal);
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
    if (error instanceof BadInputError) await held.verify();
    else await held.checkVersion();
    throw error;
  }
  await held.verify();
  return result;
}

async function explained<T>(opening: Promise<T>, path: string): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    throw toFileError(error, path);
  }
}

/** @throws FileChangedError when it is not the version of the ledger, or not a file of the inbox at all */
function expectFile(stats: BigIntStats, descriptor: number, inboxDir: string, file: RunFile): void {
  if (!stats.isFile() || !liesInside(descriptor, stats, inboxDir, file.path)) {
    throw new FileChangedError(`${file.path} is no regular file of the inbox any more`);
  }
  expectVersion(stats, file);
}

function expectVersion(now: BigIntStats, file: RunFile): void {
  if (now.size !== file.size || now.mtimeNs !== file.mtimeNs) throw changed(file);
}

const changed = ({ path }: RunFile): FileChangedError =>
  new FileChangedError(`${path} changed while it was loaded; it is looked at again when it stands still`);

function expectHash(sha256: string, { path, sha256: expected }: RunFile): void {
  if (sha256 === expected) return;
  throw new FileChangedError(
    `${path} has other bytes than those that were hashed, under the same size and mtime; it is hashed again`,
  );
}

/**
 * Which file lies at a path of the inbox (see `identityOf`), if that still has the version that the ledger knows, by
 * size and mtime; undefined if not.
 */
export async function identityAt(
  inboxDir: string,
  version: Pick<RunFile, 'path' | 'size' | 'mtimeNs'>,
): Promise<string | undefined> {
  const there = await statInside(inboxDir, version.path);
  if (!there?.isFile() || there.size !== version.size || there.mtimeNs !== version.mtimeNs) return undefined;
  return identityOf(there);
}
