import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { FileChangedError } from '#contracts/errors.js';
import type { StageTimes } from '../stages.js';
import { imageError } from './image-errors.js';
import { describeContent, IMAGE_FORMATS_TEXT, type ImageFormat, SNIFF_BYTES, sniffFormat } from './sniff.js';
import type { ImageLocation } from './structure/bytes.js';

/** An image file's content, recognised by its first bytes. */
export interface ImageFile {
  readonly format: ImageFormat;
  /**
   * What is decoded: its bytes, if they are no more than 32 MiB, else the open file, whatever lies at its path by then.
   */
  readonly source: ImageLocation;
  /** MD5 of all its bytes, hexadecimal; large files are read in pieces. */
  md5(): Promise<string>;
}

const READ_BYTES = 1 << 18;
/** Files up to this size are read once, for hash and decoder together. */
const WHOLE_BYTES = 32 << 20;

async function readWhole(handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(bytes, at, size - at, at);
    if (bytesRead === 0) throw changed();
    at += bytesRead;
  }
  return bytes;
}

async function readHead(handle: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
  return buffer.subarray(0, bytesRead);
}

async function md5Of(handle: FileHandle, bytes: Uint8Array | undefined): Promise<string> {
  const hash = createHash('md5');
  if (bytes !== undefined) return hash.update(bytes).digest('hex');
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let position = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, position);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}

function isSame(before: BigIntStats, after: BigIntStats): boolean {
  return identityOf(before) === identityOf(after) && before.size === after.size && before.mtimeNs === after.mtimeNs;
}

const identityOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;
const stateOf = (path: string): Promise<BigIntStats> => lstat(path, { bigint: true });

/**
 * No symbolic link and no pipe that waits for its writer, should one have taken the file's place. Windows knows
 * neither.
 */
const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** A name for the open file itself, where the system has one. */
const decodedPath = (path: string, handle: FileHandle): string =>
  process.platform === 'win32' ? path : `/dev/fd/${handle.fd}`;

/**
 * Opens the file at `path`, lets `work` use it, and closes it. Throws BadInputError `empty`, `not-a-file` or
 * `not-an-image` before `work` is called, FileChangedError when the file was written to or replaced meanwhile, and
 * what the file system throws (no such file, no permission) as it is.
 * @param identity `<device>:<inode>` of the file that is meant; another one is not read, as FileChangedError
 */
export async function withImageFile<T>(
  path: string,
  times: StageTimes,
  work: (file: ImageFile) => Promise<T>,
  identity?: string,
): Promise<T> {
  const before = await stateOf(path);
  // Before opening: opening a named pipe would wait for its writer.
  if (!before.isFile()) {
    throw imageError('not-a-file', 'Expected an image file; this is a folder, a device or a pipe. Drop files only.');
  }
  if (before.size === 0n) {
    throw imageError(
      'empty',
      `Expected a ${IMAGE_FORMATS_TEXT} image; the file is empty. Copy it again from its source.`,
    );
  }
  await using handle = await open(path, readFlags);
  const opened = await handle.stat({ bigint: true });
  if (!isSame(before, opened) || (identity !== undefined && identity !== identityOf(opened))) throw changed();
  const size = Number(before.size);
  const bytes = size <= WHOLE_BYTES ? await times.time('read', () => readWhole(handle, size)) : undefined;
  const head =
    bytes === undefined
      ? await readHead(handle)
      : Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(SNIFF_BYTES, bytes.length));
  const format = sniffFormat(head);
  if (format === undefined) {
    throw imageError(
      'not-an-image',
      `Expected a ${IMAGE_FORMATS_TEXT} image; the content is ${describeContent(head)}. Convert it, or drop it under a name that says what it is.`,
    );
  }
  let result: T;
  try {
    const source = { path: decodedPath(path, handle), ...(bytes && { bytes }) };
    result = await work({ format, source, md5: () => md5Of(handle, bytes) });
  } catch (error) {
    // An image that is still being written looks truncated; it is to be read again, not refused.
    if (!isSame(before, await stateOf(path))) throw changed(error);
    throw error;
  }
  if (!isSame(before, await stateOf(path))) throw changed();
  return result;
}

function changed(cause?: unknown): FileChangedError {
  return new FileChangedError('the image was written to or replaced while it was read', { cause });
}
