import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { columnsFile, type RawColumn } from './page-file.fixture.js';
import { text, time } from './sample-file.fixture.js';

/** How zeros are compressed to a small part of their size, by codec. */
const compressZeros = {
  GZIP: (zeros: Uint8Array) => gzipSync(zeros),
  BROTLI: (zeros: Uint8Array) => brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  ZSTD: (zeros: Uint8Array) => zstdZeros(zeros.length),
  SNAPPY: snappyCompress,
  LZ4_RAW: (zeros: Uint8Array) => lz4Zeros(zeros.length),
} as const satisfies Partial<Record<CompressionCodec, (zeros: Uint8Array) => Uint8Array>>;

export type BombCodec = keyof typeof compressZeros;
export const bombCodecs: readonly BombCodec[] = ['GZIP', 'BROTLI', 'ZSTD', 'SNAPPY', 'LZ4_RAW'];

/** What a file of zeros is to be like. */
export interface ZeroFile {
  readonly codec: BombCodec;
  /** Rows of each row group. */
  readonly rows: number;
  /** Bytes of each page of texts; four per row, where they are all empty, if not given. */
  readonly textBytes?: number;
  readonly groups?: number;
}

/** A data-sample file with one page per column and row group, all zeros: empty texts, and times in 1970. */
export function zeroFile({ codec, rows, textBytes = 4 * rows, groups = 1 }: ZeroFile): Uint8Array {
  const texts = new Uint8Array(textBytes);
  const times = new Uint8Array(8 * rows);
  const compressed = new Map<Uint8Array, Uint8Array>();
  for (const zeros of [texts, times]) compressed.set(zeros, compressZeros[codec](zeros));
  const column = (element: { name: string; type?: Element['type'] }, values: Uint8Array): RawColumn => ({
    element: { ...element, type: element.type ?? 'BYTE_ARRAY', repetition_type: 'REQUIRED' },
    pages: [{ kind: 'v2', count: rows, encoding: 'PLAIN', values }],
  });
  const columns = [
    column(text('department_name'), texts),
    column(text('sensor_serial'), texts),
    column(time('create_at'), times),
    column(text('product_name'), texts),
    column(time('product_expire'), times),
  ];
  return columnsFile(columns, rows, codec, (zeros) => compressed.get(zeros) ?? zeros, groups);
}

type Element = RawColumn['element'];

/** Blocks of one repeated byte (RFC 8878, section 3.1.1.2.2), 128 KiB each, in a frame of a single segment. */
export function zstdZeros(count: number): Uint8Array {
  const blockBytes = 128 * 1024;
  const blocks = Math.ceil(count / blockBytes);
  const frame = Buffer.alloc(9 + 4 * blocks);
  frame.writeUInt32LE(0xfd2fb528, 0);
  frame.writeUInt8(0b1010_0000, 4);
  frame.writeUInt32LE(count, 5);
  for (let i = 0; i < blocks; i++) {
    const size = Math.min(blockBytes, count - i * blockBytes);
    frame.writeUIntLE((size << 3) | 0b010 | (i === blocks - 1 ? 1 : 0), 9 + 4 * i, 3);
  }
  return frame;
}

/** One zero, a match of all that follows but for the last five, which must be literals (LZ4 Block Format). */
function lz4Zeros(count: number): Uint8Array {
  const match = count - 1 - 5 - 4 - 15;
  const lengths = Buffer.alloc(Math.floor(match / 255) + 1, 255);
  lengths[lengths.length - 1] = match % 255;
  return Buffer.concat([Uint8Array.of(0x1f, 0, 1, 0), lengths, Uint8Array.of(0x50, 0, 0, 0, 0, 0)]);
}
