import sharp, { type Metadata } from 'sharp';
import { decodeFault, isDamageWarning, pictureFault } from './faults.js';
import { orient, type Raster, swapsSides } from './raster.js';
import type { PictureFormat } from './sniff.js';

/** Most pixels (width × height) a picture may have when no other limit is given: 16,383 × 16,383. */
export const DEFAULT_MAX_PIXELS = 0x3fff * 0x3fff;

/** A picture, scaled so that it fits the asked box. */
export interface DecodedPicture {
  /** Size in pixels of the picture as it is shown, after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** The picture as it is shown, scaled; the factors are `raster.width / width` and `raster.height / height`. */
  readonly raster: Raster;
}

/** The size, in whole pixels, of `width` × `height` enlarged or reduced until it touches the box from inside. */
export function fitInside(width: number, height: number, box: { width: number; height: number }) {
  const scale = Math.min(box.width / width, box.height / height);
  const side = (length: number, most: number) => Math.max(1, Math.min(most, Math.round(length * scale)));
  return { width: side(width, box.width), height: side(height, box.height) };
}

async function readHeader(path: string, format: PictureFormat, maxPixels: number): Promise<Metadata> {
  let header: Metadata;
  try {
    // Without sharp's limit, so that the message can name the size; a header takes no memory to speak of.
    header = await sharp(path, { limitInputPixels: false }).metadata();
  } catch (error) {
    throw decodeFault(format, path, error);
  }
  const { width, height } = header;
  if (width * height > maxPixels) {
    throw pictureFault(
      'too-many-pixels',
      `The picture is ${width} × ${height} = ${Math.round((width * height) / 1e6).toLocaleString('en')} megapixels; at most ${Math.round(maxPixels / 1e6).toLocaleString('en')} are taken. Reduce it and drop it again.`,
    );
  }
  return header;
}

async function readPixels(
  path: string,
  failOn: 'warning' | 'error',
  size: { width: number; height: number },
  maxPixels: number,
): Promise<Raster> {
  const { data, info } = await sharp(path, { failOn, limitInputPixels: maxPixels })
    // What is transparent counts as white, the ground that most cut-out pictures are shown on.
    .flatten({ background: '#ffffff' })
    .resize(size.width, size.height, { fit: 'fill' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`expected 3 channels from the decoder, got ${info.channels}`);
  return { width: info.width, height: info.height, rgb: data };
}

/**
 * Decodes the picture at `path`, whose first bytes are known to be of `format`, and scales it to fit `box`: EXIF
 * orientation applied, transparency flattened, any colour space and depth to 8-bit sRGB, animation to its first
 * frame. Only the scaled picture is held, apart from what the decoder itself needs (a few rows; a whole picture for
 * progressive JPEG and interlaced PNG, bounded by `maxPixels`).
 * Throws BadInputError (`truncated`, `corrupt`, `unsupported`, `too-many-pixels`); a fault of the machine is a
 * plain Error.
 */
export async function decodePicture(
  path: string,
  format: PictureFormat,
  options: { box: { width: number; height: number }; maxPixels: number },
): Promise<DecodedPicture> {
  if (path.endsWith(']')) {
    // libvips takes a name's last bracket for options (`a.tif[page=1]`), however it is written.
    throw pictureFault('unsupported', 'A picture whose name ends with a closing bracket cannot be read; rename it.');
  }
  const header = await readHeader(path, format, options.maxPixels);
  const orientation = header.orientation ?? 1;
  const swap = swapsSides(orientation);
  const shown = swap ? { width: header.height, height: header.width } : { width: header.width, height: header.height };
  const fitted = fitInside(shown.width, shown.height, options.box);
  // Turned after scaling: turned before, the decoder would have to hold the whole picture.
  const stored = swap ? { width: fitted.height, height: fitted.width } : fitted;
  let raster: Raster;
  try {
    raster = await readPixels(path, 'warning', stored, options.maxPixels).catch((error: unknown) => {
      // Most warnings are harmless; the second reading fails only on errors and on a file that ends early.
      if (isDamageWarning(error)) throw error;
      return readPixels(path, 'error', stored, options.maxPixels);
    });
  } catch (error) {
    throw decodeFault(format, path, error);
  }
  return { ...shown, raster: orient(raster, orientation) };
}
