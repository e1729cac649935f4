import { basename } from 'node:path/posix';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ByteRange, rangeAskedFor } from '../http/byte-range.js';
import { hasAlready } from '../http/etag.js';
import type { OpenContent } from './open-content.js';

const pieceBytes = 64 * 1024;

/** The media type of all files: what they hold is for programs that they are given to, not for a page of ours. */
export const contentType = 'application/octet-stream';

/**
 * Sends a file of the inbox to be stored under its name, or the part of it that is asked for, and closes it. When it is
 * changed meanwhile, the answer breaks off before its end.
 * @throws HttpProblem 416 when the part lies behind its end
 */
export async function sendContent(
  request: FastifyRequest,
  reply: FastifyReply,
  file: OpenContent,
): Promise<FastifyReply> {
  const { size, etag } = file;
  reply.headers({ etag, 'accept-ranges': 'bytes' });
  if (hasAlready(request.headers['if-none-match'], etag)) {
    await file.close();
    return reply.code(304).send();
  }
  const isHead = request.method === 'HEAD';
  const part = isHead ? undefined : await partOf(request, file);
  const bytes = isHead ? Readable.from([]) : Readable.from(piecesOf(file, part), { objectMode: false });
  // Also when the client went away before anything was read.
  bytes.once('close', () => void file.close());
  if (part) reply.code(206).header('content-range', `bytes ${part.start}-${part.end - 1}/${size}`);
  return reply
    .type(contentType)
    .headers({
      'content-disposition': attachmentNamed(basename(file.path)),
      'content-length': part ? part.end - part.start : size,
    })
    .send(bytes);
}

async function partOf({ headers }: FastifyRequest, file: OpenContent): Promise<ByteRange | undefined> {
  try {
    return rangeAskedFor(headers, file.size, file.etag);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * The bytes of a file, or of a part of it. Each piece has memory of its own: it may wait in the connection while the next one is read.
 * @throws HttpProblem instead of the last piece when the file is not that version any more
 */
export async function* piecesOf(
  { path, size, read, checkVersion }: Pick<OpenContent, 'path' | 'size' | 'read' | 'checkVersion'>,
  { start, end }: ByteRange = { start: 0, end: size },
): AsyncGenerator<Buffer, void, undefined> {
  for (let position = start; position < end; ) {
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, end - position));
    const { bytesRead } = await read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) throw new Error(`${path} ended after ${position} of ${size} bytes while it was sent`);
    position += bytesRead;
    if (position === end) await checkVersion();
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
