import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { ByteSource } from '#contracts/byte-source.js';
import { toFileError } from '#contracts/file-errors.js';

/** Bytes hashed between two turns of the event loop, a millisecond or two. */
const pieceBytes = 1 << 20;

/** What was read of a file, as a hash. */
interface ReadHash {
  /** SHA-256 of all bytes of the file, in lower-case hex. */
  readonly sha256: string;
  /** The bytes that were used are those that were hashed: they were read once and from the front to the end. */
  readonly inOrder: boolean;
}

/**
 * An open file that is hashed while it is read. Bytes that are read from the front on are hashed as they pass; for what
 * was read otherwise, `finish` reads the rest of the file once more.
 */
export class HashedSource implements ByteSource {
  readonly #handle: FileHandle;
  readonly #name: string;
  readonly #size: number;
  #hash: Hash = createHash('sha256');
  #hashed = 0;
  #finished: ReadHash | undefined;

  /** @param name the file's path below the inbox, for errors */
  constructor(handle: FileHandle, name: string, size: number) {
    this.#handle = handle;
    this.#name = name;
    this.#size = size;
  }

  /** @throws what `toFileError` makes of the system's errors */
  async read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }> {
    const bytesRead = await this.#readOnly(buffer, offset, length, position);
    // A reader that begins at the front again uses what is read now, not what was read before.
    if (position === 0 && this.#hashed > 0) {
      this.#hash = createHash('sha256');
      this.#hashed = 0;
    }
    if (position === this.#hashed) {
      this.#hash.update(buffer.subarray(offset, offset + bytesRead));
      this.#hashed += bytesRead;
    }
    return { bytesRead };
  }

  /** Hashes what is left; to be called when nothing more is read. */
  async finish(signal?: AbortSignal): Promise<ReadHash> {
    if (this.#finished) return this.#finished;
    const inOrder = this.#hashed === this.#size;
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, this.#size - this.#hashed));
    while (this.#hashed < this.#size) {
      signal?.throwIfAborted();
      const bytesRead = await this.#readOnly(
        buffer,
        0,
        Math.min(buffer.length, this.#size - this.#hashed),
        this.#hashed,
      );
      if (bytesRead === 0) break;
      this.#hash.update(buffer.subarray(0, bytesRead));
      this.#hashed += bytesRead;
    }
    this.#finished = { sha256: this.#hash.digest('hex'), inOrder };
    return this.#finished;
  }

  async #readOnly(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    try {
      return (await this.#handle.read(buffer, offset, length, position)).bytesRead;
    } catch (error) {
      throw toFileError(error, this.#name);
    }
  }
}
