import { basename } from 'node:path/posix';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OpenContent } from './open-content.js';

const pieceBytes = 64 * 1024;

/** The media type of all files: what they hold is for programs that they are given to, not for a page of ours. */
export const contentType = 'application/octet-stream';

/**
 * Sends a file of the inbox to be stored under its name, and closes it. When it is changed meanwhile, the answer breaks off
 * before its end.
 */
export async function sendContent(
  request: FastifyRequest,
  reply: FastifyReply,
  file: OpenContent,
): Promise<FastifyReply> {
  const bytes = request.method === 'HEAD' ? Readable.from([]) : Readable.from(piecesOf(file), { objectMode: false });
  // Also when the client went away before anything was read.
  bytes.once('close', () => void file.close());
  return reply
    .type(contentType)
    .headers({ 'content-disposition': attachmentNamed(basename(file.path)), 'content-length': file.size })
    .send(bytes);
}

/**
 * All bytes of a file. Each piece has memory of its own: it may wait in the connection while the next one is read.
 * @throws HttpProblem instead of the last piece when the file is not that version any more
 */
export async function* piecesOf({
  path,
  size,
  read,
  checkVersion,
}: OpenContent): AsyncGenerator<Buffer, void, undefined> {
  for (let position = 0; position < size; ) {
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, size - position));
    const { bytesRead } = await read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) throw new Error(`${path} ended after ${position} of ${size} bytes while it was sent`);
    position += bytesRead;
    if (position === size) await checkVersion();
    yield buffer.subarray(0, bytesRead);
  }
}

/**
 * The header Content-Disposition of RFC 6266: a name that is safe in a header and on every disk, and the real one in the
 * encoding of RFC 8187 for those who read it.
 */
export function attachmentNamed(name: string): string {
  const safe = name.replace(/[^\w .()+@-]/g, '_').replace(/^\.+/, '_');
  const real = encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return `attachment; filename="${safe}"; filename*=UTF-8''${real}`;
}
