import sharp from 'sharp';
import { DEFAULT_MAX_PIXELS, fitInside, openImage } from '../image/decode.js';
import { type ImageFile, withImageFile } from '../image/file.js';
import { StageTimes } from '../stages.js';
import { drawOverlay } from './annotation.js';
import type { RenderRequest } from './messages.js';

/**
 * Decodes an image as the detector does, scales it down to fit `side` × `side` pixels, draws the annotation, if any,
 * and encodes it. A caption is added below the image; with it, the canvas may be higher than `side`, and wider than
 * an image of less than 320 pixels. Throws as `withImageFile` and `openImage` do.
 */
export async function renderImage({ path, identity, side, type, annotation }: RenderRequest): Promise<Buffer> {
  const render = async ({ format, source }: ImageFile): Promise<Buffer> => {
    const image = await openImage(source, format, { maxPixels: DEFAULT_MAX_PIXELS });
    const { width, height } = image;
    const size =
      width <= side && height <= side ? { width, height } : fitInside(width, height, { width: side, height: side });
    const raster = await image.raster(size);
    let pipeline = sharp(raster.rgb, { raw: { ...size, channels: 3 } });
    if (annotation !== undefined) {
      const { svg, canvas } = drawOverlay(annotation, { width, height }, size);
      pipeline = pipeline
        .extend({ right: canvas.width - size.width, bottom: canvas.height - size.height, background: '#000000' })
        .composite([{ input: Buffer.from(svg) }])
        .removeAlpha();
    }
    // Thin coloured lines want colours at full resolution; a photo alone does not.
    const chromaSubsampling = annotation === undefined ? '4:2:0' : '4:4:4';
    // Effort 2 of 6 halves WebP's time for a few percent of size.
    const encoded =
      type === 'image/webp'
        ? pipeline.webp({ quality: 80, effort: 2, smartSubsample: annotation !== undefined })
        : pipeline.jpeg({ quality: 80, chromaSubsampling });
    return await encoded.toBuffer();
  };
  return await withImageFile(path, new StageTimes(), render, identity);
}
