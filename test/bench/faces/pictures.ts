import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { PHOTOS } from '#faces/testing/shared.js';
import { imageSample } from '#samples/images.js';
import { createRandom } from '#samples/random.js';

/** A set of pictures to measure with. */
export interface PictureSet {
  readonly name: string;
  readonly count: number;
  readonly width: number;
  readonly height: number;
}

/** What most of the real files are (formats.md §1). */
export const smallPictures = (count: number): PictureSet => ({
  name: `${count} of 612 × 408`,
  count,
  width: 612,
  height: 408,
});
/** What a camera makes. */
export const largePictures = (count: number): PictureSet => ({
  name: `${count} of 4000 × 3000`,
  count,
  width: 4000,
  height: 3000,
});

const seed = 20_220_710;

/** The photos to cut from: those with known counts, else drawn scenes. */
async function sources(): Promise<{ readonly from: string; readonly bytes: readonly Buffer[] }> {
  if (existsSync(PHOTOS)) {
    const names = (await readdir(PHOTOS)).filter((name) => /\.(jpe?g|png)$/i.test(name)).sort();
    return { from: 'cut from ../shared/photos', bytes: await Promise.all(names.map((n) => readFile(join(PHOTOS, n)))) };
  }
  const drawn = await Promise.all(Array.from({ length: 40 }, (_, index) => imageSample(2 * index, seed)));
  return { from: 'drawn (../shared/photos is absent)', bytes: drawn.map(({ bytes }) => bytes) };
}

/**
 * Writes the JPEGs of a set into a folder, each different from the others: photos in turn, cut by up to a tenth at
 * chance, half of them mirrored. The same every time. @returns what they are made of
 */
export async function writePictures(folder: string, set: PictureSet): Promise<string> {
  await mkdir(folder, { recursive: true });
  const { from, bytes } = await sources();
  for (let index = 0; index < set.count; index += 1) {
    const random = createRandom(seed, `${set.name} ${index}`);
    const source = bytes[index % bytes.length];
    const cut = { width: Math.round(set.width * 1.1), height: Math.round(set.height * 1.1) };
    const picture = sharp(
      await sharp(source).rotate().flatten({ background: '#fff' }).resize(cut.width, cut.height).toBuffer(),
    ).extract({
      left: random.int(0, cut.width - set.width),
      top: random.int(0, cut.height - set.height),
      width: set.width,
      height: set.height,
    });
    await writeFile(
      join(folder, `${String(10_001 + index)}.jpg`),
      await picture
        .flop(random.int(0, 1) === 1)
        .toColourspace('srgb')
        .jpeg({ quality: 84 })
        .toBuffer(),
    );
  }
  return from;
}
