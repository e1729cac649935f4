import { crc32 } from 'node:zlib';

/** The eight bytes that every PNG begins with; the IHDR chunk, 25 bytes long, follows. */
export const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const IHDR_END = 33;

/** One chunk of a PNG file: length, type, content, checksum (W3C, Portable Network Graphics, section 5). */
export function pngChunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(4 + body.length + 4);
  frame.writeUInt32BE(content.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}

/** A PNG with more chunks before its pixels. */
export function withPngChunks(png: Buffer, chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([png.subarray(0, IHDR_END), ...chunks, png.subarray(IHDR_END)]);
}

/** A grey PNG that claims this size and holds no pixel. */
export function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.from('00000000000000000800000000', 'hex');
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([PNG_SIGNATURE, pngChunk('IHDR', header), pngChunk('IDAT', Buffer.alloc(0))]);
}
