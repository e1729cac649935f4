import { open } from 'node:fs/promises';

/** Where an image's bytes are: in a file and, when they were read already, in memory, all of them. */
export interface ImageLocation {
  readonly path: string;
  /** Used instead of the file, which is then not read again. */
  readonly bytes?: Uint8Array;
}

/** An image's bytes, read at any position. */
export interface ImageBytes {
  /** How many there are. */
  readonly size: number;
  /** Up to `length` bytes from `position` on; fewer, or none, when the bytes end before. */
  read(position: number, length: number): Promise<Buffer>;
}

/** Bytes of a file that are read at a time: a walk from block to block then reads a file of small blocks once. */
const PAGE_BYTES = 1 << 16;

function inMemory(bytes: Uint8Array): ImageBytes {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { size: all.length, read: async (position, length) => all.subarray(position, position + length) };
}

/** Lets `work` read the bytes at `source`. Rejects as `work` does, and with what the file system throws. */
export async function withImageBytes<T>(
  { path, bytes }: ImageLocation,
  work: (bytes: ImageBytes) => Promise<T>,
): Promise<T> {
  if (bytes !== undefined) return await work(inMemory(bytes));
  await using handle = await open(path);
  const { size } = await handle.stat();
  let start = 0;
  let page = Buffer.alloc(0);
  return await work({
    size,
    async read(position, length) {
      if (position < start || position + length > start + page.length) {
        const wanted = Math.max(0, Math.min(Math.max(length, PAGE_BYTES), size - position));
        const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, position);
        start = position;
        page = buffer.subarray(0, bytesRead);
      }
      return page.subarray(position - start, position - start + length);
    },
  });
}
