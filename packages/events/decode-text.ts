import { TextDecoder } from 'node:util';
import { BadInputError } from '#contracts/errors.js';

/** Bytes decoded at a time: bounds the text in memory whatever the size of the chunks that come in. */
const decodeBytes = 64 * 1024;

/**
 * Decodes strict UTF-8, dropping a leading byte-order mark; yields non-empty texts of at most 64 Ki characters.
 * Throws BadInputError `bad-encoding` at bytes that are not UTF-8, and `truncated` when the input ends inside a
 * character. An abort of `signal` is noticed between chunks.
 */
export async function* decodeText(
  chunks: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let offset = 0;
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += decodeBytes) {
      signal?.throwIfAborted();
      const bytes = chunk.subarray(start, start + decodeBytes);
      const text = decode(decoder, bytes, offset);
      offset += bytes.length;
      if (text !== '') yield text;
    }
  }
  try {
    decoder.decode();
  } catch (cause) {
    const message = `the input ended inside a UTF-8 character (after ${offset} bytes): the file was cut off; drop the whole file again`;
    throw new BadInputError('truncated', message, { cause });
  }
}

function decode(decoder: TextDecoder, bytes: Uint8Array, offset: number): string {
  try {
    return decoder.decode(bytes, { stream: true });
  } catch (cause) {
    const where = `between bytes ${offset} and ${offset + bytes.length}`;
    const message = `expected text in UTF-8, but ${where} are bytes that are not; save the file as UTF-8 and drop it again`;
    throw new BadInputError('bad-encoding', message, { cause });
  }
}
