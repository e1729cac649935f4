import type { ImageFormat } from '../sniff.js';
import { inspectAvif } from './avif.js';
import { type ImageLocation, withImageBytes } from './bytes.js';
import type { Defect } from './defect.js';
import { inspectGif } from './gif.js';
import { inspectJpeg } from './jpeg.js';
import { inspectPng } from './png.js';
import { inspectTiff } from './tiff.js';
import { inspectWebp } from './webp.js';

const INSPECT = {
  jpeg: inspectJpeg,
  png: inspectPng,
  webp: inspectWebp,
  gif: inspectGif,
  tiff: inspectTiff,
  avif: inspectAvif,
} as const;

/**
 * What is wrong with an image that could not be decoded, as far as the file's own structure shows it, whatever the
 * decoder said; undefined when the structure is sound. Throws what the file system throws.
 */
export async function inspectImage(source: ImageLocation, format: ImageFormat): Promise<Defect | undefined> {
  return await withImageBytes(source, INSPECT[format]);
}
