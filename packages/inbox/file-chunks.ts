import type { OpenFile } from './open-file.js';

const chunkBytes = 256 * 1024;

/**
 * The first `size` bytes of a file, fewer when it has no more, in pieces of 256 KiB. While one is used the next is
 * read; a piece is valid until the next is asked for. A file whose bytes have been read already is one piece.
 */
export async function* fileChunks(
  file: Pick<OpenFile, 'content' | 'size'>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { content, size } = file;
  if (content instanceof Uint8Array) {
    if (content.length > 0) yield content;
    return;
  }
  const read = async (buffer: Buffer, position: number): Promise<Buffer> => {
    const { bytesRead } = await content.read(buffer, 0, Math.min(buffer.length, size - position), position);
    return buffer.subarray(0, bytesRead);
  };
  const bytes = Math.min(chunkBytes, size);
  let used = Buffer.allocUnsafe(bytes);
  let free = Buffer.allocUnsafe(size > bytes ? bytes : 0);
  let chunk = size === 0 ? free : await read(used, 0);
  for (let position = chunk.length; chunk.length > 0; position += chunk.length) {
    const next = position < size ? read(free, position) : undefined;
    // A caller that stops reading does not wait for it, so its failure may have no listener.
    next?.catch(() => {});
    yield chunk;
    if (!next) return;
    chunk = await next;
    [used, free] = [free, used];
  }
}
