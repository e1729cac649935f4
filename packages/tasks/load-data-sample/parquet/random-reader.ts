import type { FileHandle } from 'node:fs/promises';
import { FileChangedError } from '#contracts/errors.js';

/** A parquet file is read from its end; most small files fit in this tail whole and are read by one call. */
const tailBytes = 512 * 1024;

/** Byte ranges of an open file, with its last part kept in memory. Returned arrays are shared: never write to them. */
export class RandomReader {
  readonly size: number;
  readonly #handle: FileHandle;
  readonly #tailStart: number;
  readonly #tail: Uint8Array;

  private constructor(handle: FileHandle, size: number, tailStart: number, tail: Uint8Array) {
    this.#handle = handle;
    this.size = size;
    this.#tailStart = tailStart;
    this.#tail = tail;
  }

  /** @param size bytes of the file as known to the caller; a shorter file is a FileChangedError */
  static async open(handle: FileHandle, size: number): Promise<RandomReader> {
    const tailStart = Math.max(0, size - tailBytes);
    return new RandomReader(handle, size, tailStart, await readRange(handle, tailStart, size, size));
  }

  /** The bytes from `start` up to, not including, `end`; both must lie within the file. */
  async slice(start: number, end: number): Promise<Uint8Array> {
    if (start < 0 || end < start || end > this.size) {
      throw new RangeError(`expected a range within 0 to ${this.size}, got ${start} to ${end}`);
    }
    if (start >= this.#tailStart) return this.#tail.subarray(start - this.#tailStart, end - this.#tailStart);
    return await readRange(this.#handle, start, end, this.size);
  }
}

async function readRange(handle: FileHandle, start: number, end: number, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(end - start).buffer);
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) {
      throw new FileChangedError(`the file ended at byte ${start + done}, although it was ${size} bytes long before`);
    }
    done += bytesRead;
  }
  return bytes;
}
