import { BadInputError } from '#contracts/errors.js';
import { DEFAULT_MAX_PIXELS, openImage } from '../image/decode.js';
import { SNIFF_BYTES, sniffFormat } from '../image/sniff.js';

/** What becomes of an image's bytes: `read 80 × 40`, or the code and the reason of its refusal. */
export async function outcomeOf(bytes: Buffer): Promise<string> {
  const format = sniffFormat(bytes.subarray(0, SNIFF_BYTES));
  if (format === undefined) return 'no image';
  try {
    const image = await openImage({ path: '/nowhere', bytes }, format, { maxPixels: DEFAULT_MAX_PIXELS });
    const { width, height } = image;
    await image.raster({ width: Math.min(width, 64), height: Math.min(height, 64) });
    return `read ${width} × ${height}`;
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}
