import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf } from '#contracts/errors.js';
import { type DecodableImage, openImage } from '#faces/image/decode.js';
import { SNIFF_BYTES, sniffFormat } from '#faces/image/sniff.js';
import { COPIES, mosaics, type Sample, turnedWithin } from './copies.js';
import { type Photo, readPhotos } from './photos.js';
import { shuffle } from './score.js';

/** Photos across and width in pixels: two as stock photos of groups are, and one from a good camera. */
const MOSAICS = [
  [2, 612],
  [3, 612],
  [5, 2400],
] as const;
/** So often the photos are dealt into mosaics. */
const DEALS = 4;

/**
 * True for a set that has a say in weights and thresholds: turned images and mosaics of 25 are found by other looks.
 */
export const hasSay = (set: string): boolean => !/^turned|2400$/.test(set);

/** A folder of photos with counts. */
export interface PhotoFolder {
  readonly photos: string;
  readonly truth: string;
  /** With harder copies of each. */
  readonly copies: boolean;
}

/**
 * The folders that the options name: `--photos`, `--truth` for each, and those before `--copies` that have copies made.
 */
export function foldersOf(
  photos: readonly string[],
  truth: readonly string[] | undefined,
  copies: readonly string[],
): PhotoFolder[] {
  return photos.map((folder, index) => ({
    photos: folder,
    truth: truth?.[index] ?? join(folder, 'truth.csv'),
    copies: copies.includes(folder),
  }));
}

/** The photos of the folders, with their copies, in memory. */
export async function collectSamples(folders: readonly PhotoFolder[]): Promise<Sample[]> {
  const all: Sample[] = [];
  for (const { photos: folder, truth, copies } of folders) {
    const photos = await readPhotos(folder, truth);
    const own = await Promise.all(photos.map((photo) => load(photo, basename(folder))));
    all.push(...own);
    if (!copies) continue;
    for (const [set, copy] of Object.entries(COPIES)) {
      for (const sample of own) all.push({ ...sample, set, bytes: await copy(sample.bytes) });
    }
    const clear = own.filter((sample) => !sample.doubt);
    for (let deal = 1; deal <= DEALS; deal += 1) {
      const shuffled = shuffle(clear, deal);
      for (const [across, whole] of MOSAICS) all.push(...(await mosaics(shuffled, across, whole)));
      all.push(...(await turnedWithin(shuffled, deal)));
    }
  }
  return all;
}

async function load({ path, ...photo }: Photo, set: string): Promise<Sample> {
  return { ...photo, set, bytes: await readFile(path) };
}

/** The image of a sample, ready to be decoded. @throws Error that names it */
export async function openSample({ bytes, source }: Sample): Promise<DecodableImage> {
  const format = sniffFormat(bytes.subarray(0, SNIFF_BYTES));
  if (format === undefined) throw new Error(`${source} is no image that can be read`);
  return await openImage({ path: source, bytes }, format, { maxPixels: 1e9 }).catch((error: unknown) => {
    throw new Error(`${source} cannot be decoded (${messageOf(error)})`, { cause: error });
  });
}
