import { brotliDecompressSync, crc32, unzipSync } from 'node:zlib';
import { type CompressionCodec, snappyUncompress } from 'hyparquet';
import { snappyUncompressor } from 'hysnappy';
import { ZSTDDecoder } from 'zstddec';
import { UnsupportedError } from './errors.js';
import { expandLz4Block, expandLz4Frames } from './lz4.js';

/** The memory of the WebAssembly decoder grows to the largest page and stays; larger pages go through JavaScript. */
const maxWasmBytes = 8 * 1024 * 1024;

/** A page as it lies in its file. */
export interface StoredPage {
  readonly codec: CompressionCodec;
  /** The levels of a page of version 2, not compressed, then what is. */
  readonly input: Uint8Array;
  /** Bytes of those levels; 0 elsewhere. */
  readonly levels: number;
  /** Bytes of the whole page when it is decompressed, as its header promises. */
  readonly size: number;
  readonly crc: number | undefined;
}

let snappy: ((input: Uint8Array, size: number) => Uint8Array) | undefined;
let zstd: ZSTDDecoder | undefined;

/** Loads what pages of a codec need; to be awaited once before the first of them is decompressed. */
export async function prepareCodec(codec: CompressionCodec): Promise<void> {
  if (codec !== 'ZSTD' || zstd !== undefined) return;
  const decoder = new ZSTDDecoder();
  await decoder.init();
  zstd = decoder;
}

/**
 * The bytes of a page, levels first. Never more than it promises are made, whatever the input claims.
 *
 * @throws Error when the input is damaged or has another length, or the codec is not known
 */
export function decompressPage({ codec, input, levels, size, crc }: StoredPage): Uint8Array {
  if (crc !== undefined && crc32(input) !== crc >>> 0) throw new Error('a page has a wrong checksum');
  if (levels > Math.min(input.length, size)) throw new Error(`levels of ${levels} bytes exceed their page`);
  if (levels === 0) return decompress(codec, input, size);
  const values = decompress(codec, input.subarray(levels), size - levels);
  const page = new Uint8Array(size);
  page.set(input.subarray(0, levels));
  page.set(values, levels);
  return page;
}

function decompress(codec: CompressionCodec, input: Uint8Array, size: number): Uint8Array {
  const output = expand(codec, input, size);
  if (output.length !== size) {
    throw new Error(`a page of ${size} bytes (${codec}) came out as ${output.length} bytes`);
  }
  return output;
}

function expand(codec: CompressionCodec, input: Uint8Array, size: number): Uint8Array {
  if (codec === 'UNCOMPRESSED') return input;
  // Some writers store nothing at all where there are no bytes.
  if (size === 0) return new Uint8Array(0);
  switch (codec) {
    // Node's own zlib is native. It fills pieces of the size that it is given and joins them; so there is one piece.
    case 'GZIP':
      return unzipSync(input, { maxOutputLength: size, chunkSize: Math.max(64, size + 1) });
    case 'BROTLI':
      return brotliDecompressSync(input, { maxOutputLength: size, chunkSize: Math.max(64, size + 1) });
    case 'ZSTD':
      if (zstd === undefined) throw new Error('the decoder of ZSTD was not prepared');
      return zstd.decode(input, size);
    case 'SNAPPY':
      return expandSnappy(input, size);
    case 'LZ4':
    case 'LZ4_RAW':
      return expandLz4(codec, input, size);
    default:
      throw new UnsupportedError(`compression ${codec} is not supported; write the file with SNAPPY, ZSTD or GZIP`);
  }
}

function expandSnappy(input: Uint8Array, size: number): Uint8Array {
  // The decoder trusts the length in front; where that is less, its memory would show bytes of an earlier page.
  const claimed = snappyLength(input);
  if (claimed !== size) throw new Error(`a page of ${size} bytes (SNAPPY) claims to hold ${claimed} bytes`);
  if (size <= maxWasmBytes) {
    snappy ??= snappyUncompressor();
    return snappy(input, size);
  }
  const output = new Uint8Array(size);
  snappyUncompress(input, output);
  return output;
}

/** The uncompressed length in front of the data, a varint (format_description.txt of Snappy). */
function snappyLength(input: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = input[i] ?? 0;
    length += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) break;
  }
  return length;
}

function expandLz4(codec: 'LZ4' | 'LZ4_RAW', input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size);
  // Files of the older codec LZ4 are framed by some writers and not by others.
  const framed = codec === 'LZ4' ? expandLz4Frames(input, output) : undefined;
  return output.subarray(0, framed ?? expandLz4Block(input, output));
}
