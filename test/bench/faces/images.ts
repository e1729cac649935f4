import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';
import { PHOTOS } from '#faces/testing/shared.js';
import { imageSample } from '#samples/images.js';
import { createRandom } from '#samples/random.js';

/** A set of images to measure with. */
export interface ImageSet {
  readonly name: string;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** Whether they are enlarged so much that they lack a camera's grain. */
  readonly grain: boolean;
}

/** The size of most of the real files. */
export const smallImages = (count: number): ImageSet => ({
  name: `${count} of 612 × 408`,
  count,
  width: 612,
  height: 408,
  grain: false,
});
/** What a camera makes. */
export const largeImages = (count: number): ImageSet => ({
  name: `${count} of 4000 × 3000`,
  count,
  width: 4000,
  height: 3000,
  grain: true,
});

/**
 * Grain as a camera's sensor makes it, to lie over enlarged photos: without it a JPEG of 12 megapixels has a fifth of
 * the bytes that a camera's has.
 */
function grain(): OverlayOptions {
  const side = 512;
  const random = createRandom(1, 'grain');
  const pixels = Buffer.from(
    Array.from({ length: side * side }, () => 128 + random.int(-20, 20) + random.int(-20, 20)),
  );
  return { input: pixels, raw: { width: side, height: side, channels: 1 }, tile: true, blend: 'overlay' };
}

/** The photos to cut from: those with known counts, else drawn scenes. */
async function sources(): Promise<{ readonly from: string; readonly bytes: readonly Buffer[] }> {
  if (existsSync(PHOTOS)) {
    const names = (await readdir(PHOTOS)).filter((name) => /\.(jpe?g|png)$/i.test(name)).sort();
    return { from: 'cut from ../shared/photos', bytes: await Promise.all(names.map((n) => readFile(join(PHOTOS, n)))) };
  }
  const drawn = await Promise.all(Array.from({ length: 40 }, (_, index) => imageSample(2 * index, 1)));
  return { from: 'drawn (../shared/photos is absent)', bytes: drawn.map(({ bytes }) => bytes) };
}

/**
 * Writes the JPEGs of a set into a folder, each different from the others: photos in turn, cut by up to a tenth, every
 * other time around mirrored. The same every time. @returns what they are made of
 */
export async function writeImages(folder: string, set: ImageSet): Promise<string> {
  await mkdir(folder, { recursive: true });
  const { from, bytes } = await sources();
  const cut = { width: Math.round(set.width * 1.1), height: Math.round(set.height * 1.1) };
  const noise = grain();
  const spare = { x: cut.width - set.width, y: cut.height - set.height };
  for (let index = 0; index < set.count; index += 1) {
    // Steps that share no factor with the room there is, so that no cut of a photo comes twice.
    const around = Math.floor(index / bytes.length);
    const image = sharp(
      await sharp(bytes[index % bytes.length])
        .rotate()
        .flatten({ background: '#fff' })
        .resize(cut.width, cut.height)
        .toBuffer(),
    ).extract({ left: (around * 13) % (spare.x + 1), top: (around * 7) % (spare.y + 1), ...sizeOf(set) });
    const pixels = await image
      .flop(around % 2 === 1)
      .toColourspace('srgb')
      .png({ compressionLevel: 0 })
      .toBuffer();
    const shown = set.grain ? sharp(pixels).composite([noise]) : sharp(pixels);
    await writeFile(join(folder, `${10_001 + index}.jpg`), await shown.jpeg({ quality: 84 }).toBuffer());
  }
  return from;
}

const sizeOf = ({ width, height }: ImageSet): { width: number; height: number } => ({ width, height });
