import type { BigIntStats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '#contracts/error-codes.js';
import type { FileVersion } from '#database/queries/file-version.js';
import { identityOf, liesInside, readFlags, statInside } from '#inbox/inside-inbox.js';
import { HttpProblem } from '../http/problem.js';

/** A file of the inbox, open for reading, that has the size and mtime of one version in the ledger. */
export interface OpenContent {
  /** Below the inbox. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly descriptor: number;
  /** Of its bytes, for HTTP: another version has another one. */
  readonly etag: string;
  /**
   * Reads up to `length` bytes from `position` of the file into `buffer` at `offset`; none at the file's end.
   * @throws HttpProblem 422 when the disk fails
   */
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  /**
   * To be called after reading: what was read was the version.
   * @throws HttpProblem 409 when the file was changed, 410 when it was taken away or replaced
   */
  checkVersion(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens a file of the inbox, if the version that is asked for lies there. No symbolic link is followed, and nothing but
 * regular files is opened.
 * @throws HttpProblem 409 when another version lies there, 410 when no file does, 422 when it cannot be read
 */
export async function openContent(inboxDir: string, version: FileVersion): Promise<OpenContent> {
  const { path } = version;
  const handle = await readable(open(join(inboxDir, ...path.split('/')), readFlags), path);
  try {
    const opened = await handle.stat({ bigint: true });
    if (!opened.isFile() || !liesInside(handle.fd, opened, inboxDir, path)) throw gone(path);
    expectVersion(opened, version);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    path,
    size: Number(version.size),
    descriptor: handle.fd,
    etag: `"${version.id}-${version.size}-${version.mtimeNs}"`,
    read: (buffer, offset, length, position) => readable(handle.read(buffer, offset, length, position), path),
    checkVersion: () => checkVersion(handle, inboxDir, version),
    close: () => handle.close(),
  };
}

async function checkVersion(handle: FileHandle, inboxDir: string, version: FileVersion): Promise<void> {
  const now = await handle.stat({ bigint: true });
  expectVersion(now, version);
  const there = await statInside(inboxDir, version.path);
  if (!there || identityOf(there) !== identityOf(now)) throw gone(version.path);
}

function expectVersion(now: BigIntStats, { id, path, version, size, mtimeNs }: FileVersion): void {
  if (now.size === size && now.mtimeNs === mtimeNs) return;
  throw new HttpProblem(
    'file-changed',
    `${path} has ${now.size} bytes of ${timeOf(now.mtimeNs)} in the inbox now; version ${version} of it, file ${id}, has ` +
      `${size} bytes of ${timeOf(mtimeNs)}. Its bytes are not kept: ask for the path's newest version, which ` +
      `GET /api/files/${id} lists`,
  );
}

const timeOf = (ns: bigint): string => {
  const time = new Date(Number(ns / 1_000_000n));
  return Number.isNaN(time.getTime()) ? `${ns} ns since 1970` : time.toISOString();
};

/** What the system says where no file is: nothing, a folder, a symbolic link, a pipe or a socket. */
const absent = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'EMLINK', 'ENXIO', 'ENAMETOOLONG']);
const exhausted = new Set(['EMFILE', 'ENFILE']);

async function readable<T>(work: Promise<T>, path: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || !(error instanceof Error && 'syscall' in error)) throw error;
    if (absent.has(code)) throw gone(path);
    if (exhausted.has(code)) {
      throw new HttpProblem('too-many-open-files', `${path} cannot be opened now: ${code}; try again soon`, {
        headers: { 'retry-after': '2' },
      });
    }
    const message = `${path} cannot be read by the server: ${code}; allow it to read the file, or check the disk`;
    throw new HttpProblem('file-unreadable', message, { cause: error });
  }
}

const gone = (path: string): HttpProblem =>
  new HttpProblem('file-gone', `${path} is no file of the inbox any more; its record is all there is`);
