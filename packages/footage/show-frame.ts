import sharp, { type Sharp } from 'sharp';
import { BadInputError } from '#contracts/errors.js';
import { DEFAULT_MAX_PIXELS, openImage } from '#faces/image/decode.js';
import { describeContent, IMAGE_FORMATS_TEXT, type ImageFormat, SNIFF_BYTES, sniffFormat } from '#faces/image/sniff.js';
import type { StoredFrame } from './containers/container.js';
import { footageError } from './errors.js';
import type { FrameImage, FrameRequest } from './messages.js';

/** What browsers show as it is; nothing else leaves the server unchanged, so no frame can be a page or a script. */
const mediaTypes: Readonly<Partial<Record<ImageFormat, string>>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
};

/**
 * A stored frame as an image: as it is stored, pixels as PNG, which keeps each of them, and TIFF as JPEG; or scaled down.
 * @param name of the frame, for errors
 * @throws BadInputError `frame-unreadable`
 */
export async function showFrame(
  frame: StoredFrame,
  { width, type }: Pick<FrameRequest, 'width' | 'type'>,
  name: string,
): Promise<FrameImage> {
  if ('pixels' in frame) {
    const { pixels, channels } = frame;
    const image = sharp(pixels, { raw: { width: frame.width, height: frame.height, channels } });
    if (width === undefined) return { bytes: await image.png().toBuffer(), type: 'image/png' };
    return await encode(image.resize({ width, withoutEnlargement: true }), type);
  }
  const head = Buffer.from(frame.encoded.subarray(0, SNIFF_BYTES));
  const format = sniffFormat(head);
  if (format === undefined) {
    const message = `expected a ${IMAGE_FORMATS_TEXT} image as ${name}; the content is ${describeContent(head)}`;
    throw footageError('frame-unreadable', message);
  }
  const mediaType = mediaTypes[format];
  if (width === undefined && mediaType !== undefined) return { bytes: frame.encoded, type: mediaType };
  try {
    return await scale(frame.encoded, format, width, type);
  } catch (cause) {
    if (!(cause instanceof BadInputError)) throw cause;
    throw footageError('frame-unreadable', `${name} cannot be decoded. ${cause.message}`, cause);
  }
}

async function scale(
  bytes: Uint8Array,
  format: ImageFormat,
  width: number | undefined,
  type: FrameRequest['type'],
): Promise<FrameImage> {
  const image = await openImage({ path: '', bytes }, format, { maxPixels: DEFAULT_MAX_PIXELS });
  const part = Math.min(1, (width ?? image.width) / image.width);
  const size = { width: Math.round(image.width * part), height: Math.max(1, Math.round(image.height * part)) };
  const { rgb } = await image.raster(size);
  return await encode(sharp(rgb, { raw: { ...size, channels: 3 } }), type);
}

async function encode(image: Sharp, type: FrameRequest['type']): Promise<FrameImage> {
  const encoded = type === 'image/webp' ? image.webp({ quality: 80, effort: 2 }) : image.jpeg({ quality: 85 });
  return { bytes: await encoded.toBuffer(), type };
}
