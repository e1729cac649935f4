import type { Metadata } from 'sharp';
import { imageError } from './image-errors.js';
import type { ImageFormat } from './sniff.js';

/** Most memory, in bytes, that decoding may take in one process, for all images decoded at a time. */
export const DECODE_MEMORY = 700e6;

/** What is known of an image from its header that decides how much memory its decoder takes. */
export type ImageHeader = Pick<
  Metadata,
  'width' | 'height' | 'channels' | 'depth' | 'isProgressive' | 'chromaSubsampling' | 'bitsPerSample' | 'pages'
>;

/** What any decoder takes, in bytes. */
const BASE = 20e6;
/** Rows that decoder and scaling hold of a wide image. */
const MIN_ROWS = 1000;

const SAMPLE_BYTES: Readonly<Record<string, number>> = { uchar: 1, char: 1, ushort: 2, short: 2, double: 8 };

/** Bytes per pixel of all the DCT coefficients of a JPEG, 16 bits each, kept when they come in more than one scan. */
function coefficientBytes({ channels, chromaSubsampling = '' }: ImageHeader): number {
  if (chromaSubsampling === '4:2:0') return 3;
  if (chromaSubsampling === '4:2:2') return 4;
  return 2 * channels;
}

/** Bytes per pixel that are held at once of an image that cannot be decoded row by row; 0 for one that can. */
function heldBytes(format: ImageFormat, header: ImageHeader, pixelBytes: number): number {
  switch (format) {
    case 'jpeg':
      return header.isProgressive ? coefficientBytes(header) : 0;
    case 'png':
      return header.isProgressive ? pixelBytes : 0;
    case 'tiff':
      // The header does not say how large a strip or tile is; one may be the whole image.
      return 1.2 * pixelBytes;
    case 'webp':
      // An animation's frames are drawn on a canvas of their own.
      return (header.pages ?? 1) > 1 ? 8 : 4;
    case 'gif':
      return 6;
    case 'avif':
      return (header.bitsPerSample ?? 8) > 8 ? 26 : 21;
  }
}

/**
 * About how many bytes decoding an image takes at its peak, rather more than less: what the decoder holds and the
 * rows that scaling to some 640 pixels keeps. Measured with sharp 0.35.5 as the growth of a process's peak memory,
 * bytes per pixel: progressive JPEG 4:2:0 3.0, 4:4:4 5.8, CMYK 8.0; interlaced PNG 3.2, RGBA of 16 bits 9.3; WebP
 * lossless 4.2, animated 5.3; AVIF 20, 10 bits 24.2; GIF 5.6; TIFF of one tile 4.1; what comes row by row about 1,000
 * rows, at 100 megapixels 10 MB (JPEG) to 60 MB (PNG).
 */
export function decodeMemory(format: ImageFormat, header: ImageHeader): number {
  const { width, height, channels, depth } = header;
  const pixelBytes = channels * (SAMPLE_BYTES[depth] ?? 4);
  const rows = Math.min(height, Math.max(MIN_ROWS, height / 4));
  return BASE + width * height * heldBytes(format, header, pixelBytes) + width * rows * pixelBytes;
}

function millions(number: number): string {
  return Math.round(number / 1e6).toLocaleString('en');
}

/** Throws BadInputError `too-many-pixels` when an image has more pixels, or takes more memory, than allowed. */
export function assertFits(format: ImageFormat, header: ImageHeader, maxPixels: number): void {
  const { width, height } = header;
  const pixels = width * height;
  const size = `The image is ${width} × ${height} = ${millions(pixels)} megapixels`;
  if (pixels > maxPixels) {
    throw imageError(
      'too-many-pixels',
      `${size}; at most ${millions(maxPixels)} are taken. Reduce it and drop it again.`,
    );
  }
  const memory = decodeMemory(format, header);
  if (memory > DECODE_MEMORY) {
    throw imageError(
      'too-many-pixels',
      `${size}; to decode an image of its kind (${format.toUpperCase()}) takes about ${millions(memory)} MB of memory, and at most ${millions(DECODE_MEMORY)} are given. Reduce it, or save it as a JPEG that is not progressive, and drop it again.`,
    );
  }
}
