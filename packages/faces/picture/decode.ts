import { open } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { isSrgbProfile } from './colour-profile.js';
import { decodeFault, isDamageWarning } from './faults.js';
import { assertFits, DECODE_MEMORY, decodeMemory, MemoryBudget } from './memory.js';
import { orient, type Raster, type Size, swapsSides } from './raster.js';
import type { PictureFormat } from './sniff.js';

/** Most pixels (width × height) a picture may have when no other limit is given: 16,383 × 16,383. */
export const DEFAULT_MAX_PIXELS = 0x3fff * 0x3fff;

/** Where a picture's bytes are: in a file and, when they were read already, in memory, all of them. */
export interface PictureSource {
  readonly path: string;
  /** Decoded instead of the file, which is then not read again. */
  readonly bytes?: Uint8Array;
}

/** A picture whose header is known and within the limits; its size is the one it is shown at, after EXIF orientation. */
export interface DecodablePicture extends Size {
  /**
   * Decodes the picture and scales it to `size`, turned as it is shown; at its own size nothing is resampled. Each
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

interface Header extends Size {
  readonly orientation: number;
  /** Whether the colours are to be converted by the embedded profile. */
  readonly profiled: boolean;
  /** Bytes that decoding takes, about, besides the raster. */
  readonly memory: number;
}

/** One for the process, as its memory is. */
const budget = new MemoryBudget(DECODE_MEMORY);

/** Lets `work` have the picture as sharp takes it. */
async function withInput<T>({ path, bytes }: PictureSource, work: (input: Input) => Promise<T>): Promise<T> {
  if (bytes !== undefined || !path.endsWith(']')) return work(bytes ?? path);
  // libvips takes a name's last brackets for options (`a.tif[page=1]`), however it is written: another name for it.
  await using handle = await open(path);
  return await work(`/dev/fd/${handle.fd}`);
}

async function readHeader(source: PictureSource, format: PictureFormat, maxPixels: number): Promise<Header> {
  let header: Metadata;
  try {
    // Without sharp's limit, so that the message can name the size; a header takes no memory to speak of.
    header = await withInput(source, (input) => sharp(input, { limitInputPixels: false }).metadata());
  } catch (error) {
    throw decodeFault(format, source.path, error);
  }
  assertFits(format, header, maxPixels);
  const { width, height, orientation = 1, icc } = header;
  const profiled = icc !== undefined && !isSrgbProfile(icc);
  return { width, height, orientation, profiled, memory: decodeMemory(format, header) };
}

function scaled(pipeline: Sharp, header: Size, size: Size): Sharp {
  if (size.width === header.width && size.height === header.height) return pipeline;
  return pipeline.resize(size.width, size.height, { fit: 'fill' });
}

/** The decoder's result and its turned copy. */
function rasterMemory({ width, height }: Size): number {
  return 2 * 3 * width * height;
}

/** Decodes the picture as it is stored, not yet turned. */
async function readPixels(input: Input, header: Header, size: Size, failOn: 'warning' | 'error'): Promise<Raster> {
  const limitInputPixels = header.width * header.height;
  const pipeline = sharp(input, { failOn, limitInputPixels, ignoreIcc: !header.profiled })
    // What is transparent counts as white, the ground that most cut-out pictures are shown on.
    .flatten({ background: '#ffffff' });
  const { data, info } = await scaled(pipeline, header, size)
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`expected 3 channels from the decoder, got ${info.channels}`);
  return { width: info.width, height: info.height, rgb: data };
}

/**
 * Reads the header of the picture at `source`, whose first bytes are known to be of `format`, and makes it ready to
 * be decoded: EXIF orientation applied, transparency flattened, any colour space and depth to 8-bit sRGB, animation
 * to its first frame. A raster takes its own memory and what the decoder needs, which is bounded by `DECODE_MEMORY`
 * for all pictures together: one that would take more is refused, one for which nothing is left waits.
 * Throws BadInputError (`truncated`, `corrupt`, `unsupported`, `too-many-pixels`); a fault of the machine is a
 * plain Error.
 */
export async function openPicture(
  source: PictureSource,
  format: PictureFormat,
  options: { readonly maxPixels: number },
): Promise<DecodablePicture> {
  const header = await readHeader(source, format, options.maxPixels);
  const swap = swapsSides(header.orientation);
  const exchanged = ({ width, height }: Size): Size => (swap ? { width: height, height: width } : { width, height });

  // Turned after scaling: turned before, the decoder would have to hold the whole picture.
  const decode = (input: Input, stored: Size) =>
    readPixels(input, header, stored, 'warning').catch((error: unknown) => {
      // Most warnings are harmless; the second reading fails only on errors and on a file that ends early.
      if (isDamageWarning(error)) throw error;
      return readPixels(input, header, stored, 'error');
    });
  return {
    ...exchanged(header),
    async raster(size) {
      const stored = exchanged(size);
      try {
        const raster = await budget.run(header.memory + rasterMemory(stored), () =>
          withInput(source, (input) => decode(input, stored)),
        );
        return orient(raster, header.orientation);
      } catch (error) {
        throw decodeFault(format, source.path, error);
      }
    },
  };
}
