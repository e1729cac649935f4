/** Small images for tests, and a folder that goes away. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { DEFAULT_MAX_PIXELS, type DecodableImage, fitInside, openImage } from '../image/decode.js';
import { withImageFile } from '../image/file.js';
import type { Raster, Size } from '../image/raster.js';
import type { ImageFormat } from '../image/sniff.js';
import { StageTimes } from '../stages.js';

/** A folder that is deleted after the test. */
export async function temporaryFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-faces-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes the bytes under `name` in a temporary folder and returns the path. */
export async function temporaryFile(test: TestContext, name: string, bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(test), name);
  await writeFile(path, bytes);
  return path;
}

// As the processes that decode have it: libvips remembers by name, and the name of an open file is used again.
sharp.cache(false);

/** An image as it was opened, and its raster within the asked box. */
export interface ReadImage extends DecodableImage {
  readonly format: ImageFormat;
  readonly pixels: Raster;
}

/**
 * Reads the image at `path` as a face detector would, and scales it to fit `box`. `whole: false` decodes from the open
 * file.
 */
export function readImage(
  path: string,
  {
    box = { width: 64, height: 64 },
    maxPixels = DEFAULT_MAX_PIXELS,
    whole = true,
  }: { box?: Size; maxPixels?: number; whole?: boolean } = {},
): Promise<ReadImage> {
  return withImageFile(path, new StageTimes(), async ({ format, source }) => {
    const image = await openImage(whole ? source : { path: source.path }, format, { maxPixels });
    return { ...image, format, pixels: await image.raster(fitInside(image.width, image.height, box)) };
  });
}

export type Colour = readonly [number, number, number];
export const RED: Colour = [220, 30, 30];
export const GREEN: Colour = [30, 200, 30];
export const BLUE: Colour = [30, 30, 220];
export const WHITE: Colour = [255, 255, 255];

/** 80 × 40 pixels in four quarters: red and green above, blue and white below. */
export function quarters(): Sharp {
  const rgb = Buffer.alloc(80 * 40 * 3);
  for (let y = 0; y < 40; y += 1) {
    for (let x = 0; x < 80; x += 1) {
      const colour = y < 20 ? (x < 40 ? RED : GREEN) : x < 40 ? BLUE : WHITE;
      rgb.set(colour, (y * 80 + x) * 3);
    }
  }
  return sharp(rgb, { raw: { width: 80, height: 40, channels: 3 } });
}

/** Asserts the colours in the middle of the four quarters, near enough for lossy formats and colour conversion. */
export function assertQuarters(
  raster: Raster,
  expected: Record<'upperLeft' | 'upperRight' | 'lowerLeft' | 'lowerRight', Colour>,
  tolerance = 45,
) {
  const at = (fractionX: number, fractionY: number) => {
    const start = (Math.floor(raster.height * fractionY) * raster.width + Math.floor(raster.width * fractionX)) * 3;
    return [...raster.rgb.subarray(start, start + 3)];
  };
  const actual = {
    upperLeft: at(0.25, 0.25),
    upperRight: at(0.75, 0.25),
    lowerLeft: at(0.25, 0.75),
    lowerRight: at(0.75, 0.75),
  };
  for (const [quarter, colour] of Object.entries(actual)) {
    const wanted = Object.entries(expected).find(([name]) => name === quarter)?.[1] ?? [];
    const near = colour.every((value, channel) => Math.abs(value - (wanted[channel] ?? -1000)) <= tolerance);
    assert.ok(near, `${quarter}: expected about ${wanted.join(', ')}, got ${colour.join(', ')}`);
  }
}
