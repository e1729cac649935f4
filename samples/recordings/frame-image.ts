import sharp from 'sharp';
import { hash } from '../random.js';

/** Pixels of a sample frame. */
export const frameSize = { width: 64, height: 48 } as const;

const block = 8;
const columns = frameSize.width / block;
const bits = 16;

/**
 * The RGB pixels of a frame: in its upper half, blocks of 8 × 8 pixels, light for a set bit and dark for another, spell
 * 16 bits that stand for the footage and the 16 bits of the index, so that a frame that was read proves which one it is.
 * Blocks of JPEG are of this size, so they survive it.
 */
export function framePixels(footage: string, index: number): Uint8Array {
  const { width, height } = frameSize;
  const pixels = new Uint8Array(width * height * 3);
  const spelt = spell(footage, index);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const cell = Math.floor(y / block) * columns + Math.floor(x / block);
      const value = cell < 2 * bits ? (spelt[cell] === 1 ? 220 : 30) : (x * 3 + index * 5) % 256;
      pixels.fill(value, (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
  return pixels;
}

/** The frame as a small JPEG, below 2 KB. */
export function frameJpeg(footage: string, index: number): Promise<Buffer> {
  return sharp(framePixels(footage, index), { raw: { ...frameSize, channels: 3 } })
    .jpeg({ quality: 60 })
    .toBuffer();
}

/** Whether an encoded image is this frame of this footage. */
export async function isFrame(encoded: Uint8Array, footage: string, index: number): Promise<boolean> {
  const { data, info } = await sharp(encoded).greyscale().raw().toBuffer({ resolveWithObject: true });
  if (info.width !== frameSize.width || info.height !== frameSize.height) return false;
  return spell(footage, index).every((bit, cell) => {
    const x = (cell % columns) * block + block / 2;
    const y = Math.floor(cell / columns) * block + block / 2;
    return (data[(y * info.width + x) * info.channels] ?? 0) > 127 === (bit === 1);
  });
}

function spell(footage: string, index: number): number[] {
  const numbers = [hash(footage) & 0xffff, index & 0xffff];
  return numbers.flatMap((number) => Array.from({ length: bits }, (_, bit) => (number >> bit) & 1));
}
