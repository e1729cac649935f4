import { open } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { Budget } from './budget.js';
import { isSrgbProfile } from './colour-profile.js';
import { decodeError, defectError, isDamageWarning } from './image-errors.js';
import { Isolation } from './isolation.js';
import { assertFits, DECODE_MEMORY, decodeMemory } from './memory.js';
import { orient, type Raster, type Size, swapsSides } from './raster.js';
import type { ImageFormat } from './sniff.js';
import { type ImageLocation, withImageBytes } from './structure/bytes.js';
import { inspectImage } from './structure/inspect.js';
import { hasWholeScan } from './structure/jpeg-scan.js';
import { findMissingPngEnd } from './structure/png.js';
import { isFax } from './structure/tiff.js';

/** Most pixels (width × height) an image may have when no other limit is given: 16,383 × 16,383. */
export const DEFAULT_MAX_PIXELS = 0x3fff * 0x3fff;

/** An image whose header is known and within the limits; its size is the one it is shown at, after EXIF orientation. */
export interface DecodableImage extends Size {
  /**
   * Decodes the image and scales it to `size`, turned as it is shown; at its own size nothing is resampled. Each
   * call decodes anew. Rejects with BadInputError (`truncated`, `corrupt`, `unsupported`).
   */
  raster(size: Size): Promise<Raster>;
}

/** The size, in whole pixels, of `width` × `height` enlarged or reduced until it touches the box from inside. */
export function fitInside(width: number, height: number, box: Size): Size {
  const scale = Math.min(box.width / width, box.height / height);
  const side = (length: number, most: number) => Math.max(1, Math.min(most, Math.round(length * scale)));
  return { width: side(width, box.width), height: side(height, box.height) };
}

type Input = string | Uint8Array;
/** From which kind of fault on sharp refuses an image. */
type FailOn = 'none' | 'error' | 'warning';
type ReadPixels = (input: Input, failOn: FailOn) => Promise<Raster>;

interface Header extends Size {
  readonly orientation: number;
  /** Whether the colours are to be converted by the embedded profile. */
  readonly profiled: boolean;
  /** Bytes that decoding takes, about, besides the raster. */
  readonly memory: number;
}

/** One for the process, as its memory is. */
const budget = new Budget(DECODE_MEMORY);
/** One for the process, as libvips' error text is. */
const isolation = new Isolation();

/** A JPEG's end marker. */
const EOI = Buffer.from('ffd9', 'hex');

/** Lets `work` have the image as sharp takes it. */
async function withInput<T>({ path, bytes }: ImageLocation, work: (input: Input) => Promise<T>): Promise<T> {
  if (bytes !== undefined || !path.endsWith(']')) return work(bytes ?? path);
  // libvips takes a name's last brackets for options (`a.tif[page=1]`), however it is written: another name for it.
  await using handle = await open(path);
  return await work(`/dev/fd/${handle.fd}`);
}

async function readHeader(source: ImageLocation, format: ImageFormat, maxPixels: number): Promise<Header> {
  let header: Metadata;
  try {
    // Without sharp's limit, so that the message can name the size; a header takes no memory to speak of.
    const options = { limitInputPixels: false, failOn: 'error' } as const;
    header = await isolation.run(() => withInput(source, (input) => sharp(input, options).metadata()), rethrow);
  } catch (error) {
    throw await faultOf(source, format, error);
  }
  assertFits(format, header, maxPixels);
  const { width, height, orientation = 1, icc } = header;
  const profiled = icc !== undefined && !isSrgbProfile(icc);
  return { width, height, orientation, profiled, memory: decodeMemory(format, header) };
}

async function rethrow(error: unknown): Promise<never> {
  throw error;
}

async function faultOf(source: ImageLocation, format: ImageFormat, error: unknown): Promise<Error> {
  return decodeError(format, { path: source.path, error, defect: await inspectImage(source, format) });
}

function scaled(pipeline: Sharp, header: Size, size: Size): Sharp {
  if (size.width === header.width && size.height === header.height) return pipeline;
  return pipeline.resize(size.width, size.height, { fit: 'fill' });
}

/** The decoder's result and its turned copy. */
function rasterMemory({ width, height }: Size): number {
  return 2 * 3 * width * height;
}

/** Decodes the image as it is stored, not yet turned. */
async function readPixels(input: Input, header: Header, size: Size, failOn: FailOn): Promise<Raster> {
  const limitInputPixels = header.width * header.height;
  const pipeline = sharp(input, { failOn, limitInputPixels, ignoreIcc: !header.profiled })
    // What is transparent counts as white, the ground that most cut-out images are shown on.
    .flatten({ background: '#ffffff' });
  const { data, info } = await scaled(pipeline, header, size)
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`expected 3 channels from the decoder, got ${info.channels}`);
  return { width: info.width, height: info.height, rgb: data };
}

/**
 * Reads an image once more whose decoder warned or failed, with `error`: most warnings are harmless, and some faults
 * cost no pixel. Rejects with the decoder's error when the image cannot be read. Nothing else is decoded meanwhile.
 */
async function readFaulty(
  source: ImageLocation,
  format: ImageFormat,
  error: unknown,
  read: ReadPixels,
): Promise<Raster> {
  if (format === 'jpeg' && isDamageWarning(error)) throw error;
  try {
    // Fails on errors and on a file that ends early.
    return await withInput(source, (input) => read(input, 'error'));
  } catch (fault) {
    const { bytes } = source;
    if (format === 'jpeg' && bytes !== undefined && hasWholeScan(bytes)) {
      return await read(Buffer.concat([bytes, EOI]), 'error');
    }
    if (format === 'tiff' && (await withImageBytes(source, isFax)) && !(await inspectImage(source, format))) {
      return await withInput(source, (input) => read(input, 'none'));
    }
    throw fault;
  }
}

/**
 * Reads the header of the image at `source`, whose first bytes are known to be of `format`, and makes it ready to be
 * decoded: EXIF orientation applied, transparency flattened, any colour space and depth to 8-bit sRGB, animation to its
 * first frame. A raster takes its own memory and what the decoder needs, which is bounded by `DECODE_MEMORY` for all
 * images together: one that would take more is refused, one for which nothing is left waits. Throws BadInputError
 * (`truncated`, `corrupt`, `unsupported`, `too-many-pixels`); a fault of the machine is a plain Error.
 */
export async function openImage(
  source: ImageLocation,
  format: ImageFormat,
  options: { readonly maxPixels: number },
): Promise<DecodableImage> {
  const header = await readHeader(source, format, options.maxPixels);
  const defect = format === 'png' ? await withImageBytes(source, findMissingPngEnd) : undefined;
  if (defect !== undefined) throw defectError(format, defect);
  const swap = swapsSides(header.orientation);
  const exchanged = ({ width, height }: Size): Size => (swap ? { width: height, height: width } : { width, height });

  return {
    ...exchanged(header),
    async raster(size) {
      // Turned after scaling: turned before, the decoder would have to hold the whole image.
      const stored = exchanged(size);
      const read: ReadPixels = (input, failOn) => readPixels(input, header, stored, failOn);
      try {
        const raster = await budget.run(header.memory + rasterMemory(stored), () =>
          isolation.run(
            () => withInput(source, (input) => read(input, 'warning')),
            (error) => readFaulty(source, format, error, read),
          ),
        );
        return orient(raster, header.orientation);
      } catch (error) {
        throw await faultOf(source, format, error);
      }
    },
  };
}
