import { brotliDecompressSync, unzipSync } from 'node:zlib';
import { type CompressionCodec, snappyUncompress } from 'hyparquet';
import { compressors, decompressZstd } from 'hyparquet-compressors';
import { UnsupportedError } from './unsupported-error.js';

/** The memory of the WebAssembly decoder grows to the largest page and stays; larger pages go through JavaScript. */
const maxWasmBytes = 8 * 1024 * 1024;

/**
 * One page's bytes, decompressed. Never more than `size` bytes are made, whatever the input claims.
 *
 * @param size length that the page header promises
 * @throws Error when the input is damaged or has another length, or the codec is not known
 */
export function decompress(codec: CompressionCodec, input: Uint8Array, size: number): Uint8Array {
  const output = expand(codec, input, size);
  if (output.length !== size) {
    throw new Error(`a page of ${size} bytes (${codec}) came out as ${output.length} bytes`);
  }
  return output;
}

function expand(codec: CompressionCodec, input: Uint8Array, size: number): Uint8Array {
  if (codec === 'UNCOMPRESSED' || size === 0) return codec === 'UNCOMPRESSED' ? input : new Uint8Array(0);
  // Node's own zlib is native and several times faster than JavaScript.
  if (codec === 'GZIP') return unzipSync(input, { maxOutputLength: size });
  if (codec === 'BROTLI') return brotliDecompressSync(input, { maxOutputLength: size });
  if (codec === 'ZSTD') return decompressZstd(input, new Uint8Array(size));
  if (codec === 'SNAPPY') return expandSnappy(input, size);
  const expander = compressors[codec];
  if (expander === undefined)
    throw new UnsupportedError(`compression ${codec} is not supported; write the file with SNAPPY, ZSTD or GZIP`);
  return expander(input, size);
}

function expandSnappy(input: Uint8Array, size: number): Uint8Array {
  // The decoder trusts the length in front; where that is less, its memory would show bytes of an earlier page.
  const claimed = snappyLength(input);
  if (claimed !== size) throw new Error(`a page of ${size} bytes (SNAPPY) claims to hold ${claimed} bytes`);
  if (size <= maxWasmBytes && compressors.SNAPPY !== undefined) return compressors.SNAPPY(input, size);
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
