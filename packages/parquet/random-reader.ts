import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { FileChangedError } from '#contracts/errors.js';

/** A parquet file is read from its end; most small files fit in this tail whole and are read by one call. */
const tailBytes = 512 * 1024;

/**
 * Tails that were given back. A new array costs more than reading into one that is there: the operating system has to
 * find, clear and map its memory page by page. As many as files are open at a time, at most `maxSpare`.
 */
const spareTails: Uint8Array[] = [];
const maxSpare = 4;

/** Byte ranges of an open file, with its last part kept in memory. Returned arrays are shared: never write to them. */
export class RandomReader {
  readonly size: number;
  readonly #handle: FileHandle;
  readonly #tailStart: number;
  #tail: Uint8Array | undefined;

  private constructor(handle: FileHandle, size: number, tailStart: number, tail: Uint8Array) {
    this.#handle = handle;
    this.size = size;
    this.#tailStart = tailStart;
    this.#tail = tail;
  }

  /**
   * Reads the tail without giving way to others: the bytes were read for their hash a moment ago and are in memory most
   * of the time, where handing the work to a thread and back costs several times what it takes.
   *
   * @param size bytes of the file as known to the caller; a shorter file is a FileChangedError
   */
  static open(handle: FileHandle, size: number): RandomReader {
    const tailStart = Math.max(0, size - tailBytes);
    const tail = spareTails.pop() ?? new Uint8Array(tailBytes);
    for (let at = tailStart; at < size; ) {
      const bytesRead = readSync(handle.fd, tail, at - tailStart, size - at, at);
      if (bytesRead === 0) throw endedEarly(at, size);
      at += bytesRead;
    }
    return new RandomReader(handle, size, tailStart, tail);
  }

  /**
   * The bytes from `start` up to, not including, `end`, both within the file, if they are in memory; they stay valid
   * until `release`.
   */
  inMemory(start: number, end: number): Uint8Array | undefined {
    if (start < 0 || end < start || end > this.size) {
      throw new RangeError(`expected a range within 0 to ${this.size}, got ${start} to ${end}`);
    }
    if (start < this.#tailStart) return undefined;
    return this.#tail?.subarray(start - this.#tailStart, end - this.#tailStart);
  }

  /** The same bytes wherever they are. */
  async slice(start: number, end: number): Promise<Uint8Array> {
    const there = this.inMemory(start, end);
    if (there !== undefined) return there;
    const bytes = new Uint8Array(Buffer.allocUnsafeSlow(end - start).buffer);
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await this.#handle.read(bytes, done, bytes.length - done, start + done);
      if (bytesRead === 0) throw endedEarly(start + done, this.size);
      done += bytesRead;
    }
    return bytes;
  }

  /** Lends the memory to the next file. What `inMemory` and `slice` have returned is not valid any more. */
  release(): void {
    if (this.#tail !== undefined && spareTails.length < maxSpare) spareTails.push(this.#tail);
    this.#tail = undefined;
  }
}

function endedEarly(at: number, size: number): FileChangedError {
  return new FileChangedError(`the file ended at byte ${at}, although it was ${size} bytes long before`);
}
