import { closeSync, read } from 'node:fs';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { messageOf } from '#contracts/errors.js';
import { footageError } from '../errors.js';
import type { OpenFile } from '../location.js';
import { type FrameContainer, maxFrameBytes, maxImages } from './container.js';
import { leftOut, tooLarge } from './folder.js';
import { isImageName, orderFrames } from './frame-names.js';

const readPiece = promisify(read);
const pieceBytes = 65_536;

/** Not a stream of Node's, which closes the file when it is done, whatever its options say. */
async function* piecesOf(descriptor: number, start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
  for (let position = start; position < end; ) {
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, end - position));
    const { bytesRead } = await readPiece(descriptor, buffer, 0, buffer.length, position);
    if (bytesRead === 0) throw new Error(`it ends after ${position} bytes`);
    yield buffer.subarray(0, bytesRead);
    position += bytesRead;
  }
}

/** Reads an open file, and leaves closing it to who opened it. */
export class DescriptorReader extends RandomAccessReader {
  readonly #descriptor: number;
  constructor(descriptor: number) {
    super();
    this.#descriptor = descriptor;
  }
  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(piecesOf(this.#descriptor, start, end), { objectMode: false });
  }
  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    read(this.#descriptor, buffer, offset, length, position, (error, bytesRead) => {
      callback(error ?? (bytesRead === length ? null : new Error(`it ends after ${position + bytesRead} bytes`)));
    });
  }
}

/**
 * A ZIP archive of images, in any folders of it. Its directory is read once; each frame by its offset in the file.
 * @throws BadInputError `footage-unreadable`
 */
export async function openZip({ descriptor, stats }: OpenFile, path: string): Promise<FrameContainer> {
  const images: Entry[] = [];
  let zip: ZipFile;
  try {
    const reader = new DescriptorReader(descriptor);
    zip = await fromRandomAccessReaderPromise(reader, Number(stats.size), { autoClose: false, lazyEntries: true });
    if (zip.entryCount > maxImages) throw new Error(`it has ${zip.entryCount} entries, more than ${maxImages}`);
    for await (const entry of zip.eachEntry()) if (isImageName(entry.fileName)) images.push(entry);
  } catch (cause) {
    const message = `expected a ZIP archive at ${path}: ${messageOf(cause)}; copy it again from its source`;
    throw footageError('footage-unreadable', message, cause);
  }
  const frames = orderFrames(images, (entry) => entry.fileName);
  return {
    kind: 'zip',
    frames: frames.count,
    async read(index) {
      const entry = frames.at(index);
      if (entry === undefined) throw leftOut(path, index);
      return { encoded: await inflate(zip, entry, path) };
    },
    close: () => closeSync(descriptor),
  };
}

/** The entry's bytes: never more than its directory says, and that no more than a frame may have. */
async function inflate(zip: ZipFile, entry: Entry, path: string): Promise<Uint8Array> {
  const name = `${path}/${entry.fileName}`;
  if (entry.uncompressedSize > maxFrameBytes) throw tooLarge(name, entry.uncompressedSize);
  try {
    const parts: Buffer[] = [];
    for await (const part of await zip.openReadStreamPromise(entry)) if (Buffer.isBuffer(part)) parts.push(part);
    return Buffer.concat(parts);
  } catch (cause) {
    const message = `the frame ${name} cannot be unpacked: ${messageOf(cause)}; copy the archive again from its source`;
    throw footageError('frame-unreadable', message, cause);
  }
}
