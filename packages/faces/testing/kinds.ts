import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import type { ImageFormat } from '../image/sniff.js';
import { quarters } from './images.js';
import { pngChunk, withPngChunks } from './png.js';

/** A kind of image that has to be taken. */
export interface ImageKind {
  readonly name: string;
  readonly format: ImageFormat;
  /**
   * How it differs from the image it was made of: not but for losses, as grey, through inks, or half clear on white.
   */
  readonly colours: 'same' | 'grey' | 'inks' | 'half';
  encode(image: Sharp): Promise<Buffer>;
}

function kind(
  name: string,
  format: ImageFormat,
  encode: (image: Sharp) => Sharp,
  colours: ImageKind['colours'] = 'same',
): ImageKind {
  return { name, format, colours, encode: (image) => encode(image).toBuffer() };
}

/** The image, then a second frame that is all black (APNG specification 1.0; 80 × 40 pixels). */
async function animatedPng(image: Sharp): Promise<Buffer> {
  const { width, height } = await sharp(await image.clone().png().toBuffer()).metadata();
  const frame = (sequence: number) => {
    const control = Buffer.alloc(26);
    control.writeUInt32BE(sequence, 0);
    control.writeUInt32BE(width, 4);
    control.writeUInt32BE(height, 8);
    return pngChunk('fcTL', control);
  };
  const sequence = Buffer.from([0, 0, 0, 2]);
  const black = pngChunk('fdAT', Buffer.concat([sequence, deflateSync(Buffer.alloc((1 + 3 * width) * height))]));
  const first = withPngChunks(await image.png().toBuffer(), [
    pngChunk('acTL', Buffer.from('0000000200000000', 'hex')),
    frame(0),
  ]);
  return Buffer.concat([first.subarray(0, -12), frame(1), black, first.subarray(-12)]);
}

/** The image, then one that is all black: frames of an animation or pages of a TIFF. */
async function withBlackPage(image: Sharp, format: 'gif' | 'webp' | 'tiff'): Promise<Buffer> {
  const first = await image.png().toBuffer();
  const second = await sharp(first).linear(0, 0).png().toBuffer();
  return await sharp([first, second], { join: { animated: true } })
    .toFormat(format)
    .toBuffer();
}

/** Every kind of image that can be made here, each of one given image without transparency. */
export const imageKinds: readonly ImageKind[] = [
  kind('JPEG baseline', 'jpeg', (p) => p.jpeg()),
  kind('JPEG 4:4:4', 'jpeg', (p) => p.jpeg({ chromaSubsampling: '4:4:4' })),
  kind('JPEG progressive', 'jpeg', (p) => p.jpeg({ progressive: true })),
  kind('JPEG grey', 'jpeg', (p) => p.greyscale().jpeg(), 'grey'),
  kind('JPEG CMYK', 'jpeg', (p) => p.toColourspace('cmyk').jpeg(), 'inks'),
  kind('JPEG CMYK with a profile', 'jpeg', (p) => p.withIccProfile('cmyk').jpeg(), 'inks'),
  kind('JPEG Display P3', 'jpeg', (p) => p.withIccProfile('p3').jpeg()),
  kind('PNG', 'png', (p) => p.png()),
  kind('PNG interlaced', 'png', (p) => p.png({ progressive: true })),
  kind('PNG 16 bits', 'png', (p) => p.toColourspace('rgb16').png()),
  kind('PNG 16 bits with alpha', 'png', (p) => p.toColourspace('rgb16').ensureAlpha(1).png()),
  kind('PNG palette', 'png', (p) => p.png({ palette: true })),
  kind('PNG grey with alpha', 'png', (p) => p.greyscale().ensureAlpha(1).png(), 'grey'),
  kind('PNG grey 16 bits', 'png', (p) => p.toColourspace('grey16').png(), 'grey'),
  kind('PNG half clear', 'png', (p) => p.ensureAlpha(0.5).png(), 'half'),
  { name: 'PNG animated', format: 'png', colours: 'same', encode: animatedPng },
  kind('WebP', 'webp', (p) => p.webp()),
  kind('WebP lossless', 'webp', (p) => p.webp({ lossless: true })),
  kind('WebP half clear', 'webp', (p) => p.ensureAlpha(0.5).webp(), 'half'),
  { name: 'WebP animated', format: 'webp', colours: 'same', encode: (p) => withBlackPage(p, 'webp') },
  kind('AVIF', 'avif', (p) => p.avif({ effort: 0 })),
  kind('AVIF 10 bits', 'avif', (p) => p.avif({ effort: 0, bitdepth: 10 })),
  kind('AVIF half clear', 'avif', (p) => p.ensureAlpha(0.5).avif({ effort: 0 }), 'half'),
  kind('TIFF', 'tiff', (p) => p.tiff({ compression: 'none' })),
  kind('TIFF LZW', 'tiff', (p) => p.tiff({ compression: 'lzw' })),
  kind('TIFF deflate in tiles', 'tiff', (p) =>
    p.tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 }),
  ),
  kind('TIFF JPEG', 'tiff', (p) => p.tiff({ compression: 'jpeg' })),
  kind('TIFF WebP', 'tiff', (p) => p.tiff({ compression: 'webp' })),
  kind('TIFF 16 bits', 'tiff', (p) => p.toColourspace('rgb16').tiff({ compression: 'lzw' })),
  kind('TIFF floating point', 'tiff', (p) => p.toColourspace('scrgb').tiff({ compression: 'none', predictor: 'none' })),
  kind('TIFF CMYK', 'tiff', (p) => p.toColourspace('cmyk').tiff({ compression: 'lzw' }), 'inks'),
  kind('BigTIFF', 'tiff', (p) => p.tiff({ compression: 'deflate', bigtiff: true })),
  { name: 'TIFF of two pages', format: 'tiff', colours: 'same', encode: (p) => withBlackPage(p, 'tiff') },
  kind('GIF', 'gif', (p) => p.gif()),
  kind('GIF interlaced', 'gif', (p) => p.gif({ progressive: true })),
  { name: 'GIF animated', format: 'gif', colours: 'same', encode: (p) => withBlackPage(p, 'gif') },
];

/** A kind's image of four coloured quarters, 80 × 40 pixels. */
export function encodeQuarters(of: ImageKind): Promise<Buffer> {
  return of.encode(quarters());
}
