import type { ImageBytes } from './bytes.js';
import { corrupt, type Defect, truncated } from './defect.js';

const HEADER_BYTES = 13;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;

/** Bytes of the colour table that a packed field announces (GIF89a, sections 18 and 20). */
function tableBytes(packed: number): number {
  return (packed & 0x80) === 0 ? 0 : 3 << ((packed & 7) + 1);
}

/** Where the sub-blocks that begin at `start` end; undefined when the file ends before. */
async function endOfSubBlocks(bytes: ImageBytes, start: number): Promise<number | undefined> {
  for (let at = start; ; ) {
    const [length] = await bytes.read(at, 1);
    if (length === undefined) return undefined;
    at += 1 + length;
    if (length === 0) return at;
  }
}

/**
 * What is wrong with a GIF that could not be decoded, as far as the blocks up to the end of its first frame show it.
 */
export async function inspectGif(bytes: ImageBytes): Promise<Defect | undefined> {
  const early = truncated('the file ends before the end of its first frame');
  const header = await bytes.read(0, HEADER_BYTES);
  if (header.length < HEADER_BYTES) return early;
  for (let at = HEADER_BYTES + tableBytes(header.readUInt8(10)); ; ) {
    const block = await bytes.read(at, 10);
    const [introducer] = block;
    if (introducer === undefined) return early;
    if (introducer === TRAILER) return corrupt('it has no frame');
    if (introducer === IMAGE) {
      if (block.length < 10) return early;
      if (block.readUInt16LE(5) === 0 || block.readUInt16LE(7) === 0) return corrupt('its first frame has no pixels');
      // After the colour table comes the smallest code size, a byte.
      return (await endOfSubBlocks(bytes, at + 11 + tableBytes(block.readUInt8(9)))) === undefined ? early : undefined;
    }
    if (introducer !== EXTENSION) return corrupt(`no block begins at byte ${at}`);
    const next = await endOfSubBlocks(bytes, at + 2);
    if (next === undefined) return early;
    at = next;
  }
}
