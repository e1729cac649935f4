import type { ByteSource } from '#contracts/byte-source.js';
import { FileChangedError } from '#contracts/errors.js';

/** A parquet file is read from its end; this much of it is read at once. */
const tailBytes = 512 * 1024;

/** Byte ranges of an open file, with its last part kept in memory. Returned arrays are shared: never write to them. */
export class RandomReader {
  readonly size: number;
  /** Undefined where the tail is the whole file. */
  readonly #handle: ByteSource | undefined;
  readonly #tailStart: number;
  readonly #tail: Uint8Array;

  private constructor(handle: ByteSource | undefined, size: number, tailStart: number, tail: Uint8Array) {
    this.#handle = handle;
    this.size = size;
    this.#tailStart = tailStart;
    this.#tail = tail;
  }

  /**
   * @param content all bytes of the file, or what they are read through
   * @param size bytes of the file as known to the caller; a shorter file is a FileChangedError
   */
  static async open(content: Uint8Array | ByteSource, size: number): Promise<RandomReader> {
    if (content instanceof Uint8Array) {
      if (content.length < size) throw endedEarly(content.length, size);
      return new RandomReader(undefined, size, 0, content);
    }
    const tailStart = Math.max(0, size - tailBytes);
    return new RandomReader(content, size, tailStart, await readRange(content, tailStart, size, size));
  }

  /** The bytes from `start` up to, not including, `end`, both within the file, if they are in memory. */
  inMemory(start: number, end: number): Uint8Array | undefined {
    if (start < 0 || end < start || end > this.size) {
      throw new RangeError(`expected a range within 0 to ${this.size}, got ${start} to ${end}`);
    }
    if (start < this.#tailStart) return;
    return this.#tail.subarray(start - this.#tailStart, end - this.#tailStart);
  }

  /** The same bytes wherever they are. */
  async slice(start: number, end: number): Promise<Uint8Array> {
    return this.inMemory(start, end) ?? (await this.copy(start, end));
  }

  /** The same bytes in memory of their own, which may be written to and handed over. */
  async copy(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const there = this.inMemory(start, end);
    if (there) return new Uint8Array(there);
    if (!this.#handle) throw new RangeError('a file that is in memory has no other bytes');
    return await readRange(this.#handle, start, end, this.size);
  }
}

async function readRange(
  handle: ByteSource,
  start: number,
  end: number,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(end - start).buffer);
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) throw endedEarly(start + done, size);
    done += bytesRead;
  }
  return bytes;
}

function endedEarly(at: number, size: number): FileChangedError {
  return new FileChangedError(`the file ended at byte ${at}, although it was ${size} bytes long before`);
}
