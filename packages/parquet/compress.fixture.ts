import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';

/** Compresses for every codec that is read; what has no compressor at hand gets its data stored as literals. */
export const compressions: Readonly<Partial<Record<CompressionCodec, (bytes: Uint8Array) => Uint8Array>>> = {
  UNCOMPRESSED: (bytes) => bytes,
  SNAPPY: snappyCompress,
  GZIP: (bytes) => gzipSync(bytes),
  BROTLI: (bytes) => brotliCompressSync(bytes),
  ZSTD: zstdStored,
  LZ4_RAW: lz4Literals,
  LZ4: (bytes) => {
    const block = lz4Literals(bytes);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(bytes.length, 0);
    frame.writeUInt32BE(block.length, 4);
    return Buffer.concat([frame, block]);
  },
};

/** One sequence of literals without a match (LZ4 Block Format, "The End-of-Block conditions"). */
function lz4Literals(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 15) return Buffer.concat([Uint8Array.of(bytes.length << 4), bytes]);
  const rest = bytes.length - 15;
  const lengths = [...new Array<number>(Math.floor(rest / 255)).fill(255), rest % 255];
  return Buffer.concat([Uint8Array.of(0xf0, ...lengths), bytes]);
}

/** A frame of raw blocks (RFC 8878, sections 3.1.1.1 and 3.1.1.2): single segment, content size in four bytes. */
function zstdStored(bytes: Uint8Array): Uint8Array {
  const header = Buffer.alloc(9);
  header.writeUInt32LE(0xfd2fb528, 0);
  header.writeUInt8(0b1010_0000, 4);
  header.writeUInt32LE(bytes.length, 5);
  const parts: Uint8Array[] = [header];
  const blockBytes = 100_000;
  for (let at = 0; at === 0 || at < bytes.length; at += blockBytes) {
    const block = bytes.subarray(at, at + blockBytes);
    const isLast = at + blockBytes >= bytes.length ? 1 : 0;
    const blockHeader = Buffer.alloc(3);
    blockHeader.writeUIntLE((block.length << 3) | isLast, 0, 3);
    parts.push(blockHeader, block);
  }
  return Buffer.concat(parts);
}
