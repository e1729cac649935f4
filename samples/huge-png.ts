import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflate } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * A valid black PNG of 1-bit grey whose file is about a thousandth of its pixels: 30,000×30,000 take 110 KB, and
 * 2.7 GB once decoded to colour. Format: W3C, Portable Network Graphics, sections 5 and 11.2.
 */
export async function blackPng(width: number, height: number): Promise<Buffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1; // bits per sample; colour type, compression, filter and interlace are 0
  const data = await deflateZeros((1 + Math.ceil(width / 8)) * height);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** zlib stream of `length` zero bytes, made without holding them. */
async function deflateZeros(length: number): Promise<Buffer> {
  const block = Buffer.alloc(1024 * 1024);
  function* zeros(): Generator<Buffer> {
    for (let left = length; left > 0; left -= block.length) yield left < block.length ? block.subarray(0, left) : block;
  }
  const parts: Buffer[] = [];
  await pipeline(Readable.from(zeros()), createDeflate({ level: 9 }), async (source: AsyncIterable<Buffer>) => {
    for await (const part of source) parts.push(part);
  });
  return Buffer.concat(parts);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}
