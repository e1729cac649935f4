/**
 * LZ4 blocks (lz4_Block_format.md of the LZ4 project). The decoders at hand neither stop where the output is full, so
 * that a few bytes keep them busy for minutes, nor say when there was less than was promised.
 */

/**
 * Decodes one block into `output` from `start` on and returns where its bytes end.
 *
 * @throws Error when the block is damaged or its bytes exceed `output`
 */
export function expandLz4Block(input: Uint8Array, output: Uint8Array, start = 0): number {
  let at = 0;
  let to = start;
  const byte = (): number => {
    const value = input[at++];
    if (value === undefined) throw new Error('an LZ4 block ends in the middle');
    return value;
  };
  /** Lengths of 15 and more go on in the bytes that follow. */
  const length = (four: number): number => {
    let sum = four;
    for (let more = four === 15 ? 255 : 0; more === 255; sum += more) more = byte();
    return sum;
  };
  while (at < input.length) {
    const token = byte();
    const literals = length(token >> 4);
    if (at + literals > input.length) throw new Error('an LZ4 block ends in the middle');
    if (to + literals > output.length) throw tooLong(output);
    output.set(input.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    // The last sequence has literals only.
    if (at === input.length) return to;
    const distance = byte() + byte() * 256;
    if (distance === 0 || distance > to - start) throw new Error(`an LZ4 match lies ${distance} bytes back`);
    const end = to + length(token & 15) + 4;
    if (end > output.length) throw tooLong(output);
    if (distance >= end - to) output.copyWithin(to, to - distance, end - distance);
    else for (let i = to; i < end; i++) output[i] = output[i - distance] ?? 0;
    to = end;
  }
  return to;
}

/**
 * Hadoop's framing of LZ4, which files of the codec LZ4 have: blocks, each behind the lengths of what it becomes and of
 * itself (int32, big-endian). Returns `undefined` where the input is not framed like that.
 *
 * @throws Error as `expandLz4Block` does
 */
export function expandLz4Frames(input: Uint8Array, output: Uint8Array): number | undefined {
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  let to = 0;
  for (let at = 0; at < input.length; ) {
    if (at + 8 > input.length) return undefined;
    const [size, stored] = [view.getUint32(at), view.getUint32(at + 4)];
    at += 8;
    if (stored > input.length - at || size > output.length - to) return undefined;
    const end = expandLz4Block(input.subarray(at, at + stored), output, to);
    if (end !== to + size) return undefined;
    to = end;
    at += stored;
  }
  return to;
}

function tooLong(output: Uint8Array): Error {
  return new Error(`an LZ4 block exceeds the ${output.length} bytes that were promised`);
}
