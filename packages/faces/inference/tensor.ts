import type { Raster } from '../image/raster.js';

/** How pixel values become a network's input: planes in this order, each value · factor + offset. */
export interface PixelFormat {
  readonly order: 'rgb' | 'bgr';
  readonly factor: number;
  readonly offset: number;
  /** The value, in the network's terms, of what lies outside the raster. */
  readonly padding: number;
}

/**
 * Writes the part of `raster` that begins at (left, top), `width` × `height` pixels, into `planes`: three planes of
 * that size, one after the other. What lies right of or below the raster is padding. `planes` is reused between
 * images, so all of it is written.
 */
export function writePlanes(
  planes: Float32Array,
  raster: Raster,
  region: { left: number; top: number; width: number; height: number },
  format: PixelFormat,
): void {
  const { left, top, width, height } = region;
  const { rgb } = raster;
  const { factor, offset, padding } = format;
  const plane = width * height;
  const columns = Math.max(0, Math.min(width, raster.width - left));
  const rows = Math.max(0, Math.min(height, raster.height - top));
  const first = format.order === 'rgb' ? 0 : 2 * plane;
  const third = 2 * plane - first;
  for (let y = 0; y < rows; y += 1) {
    let source = ((top + y) * raster.width + left) * 3;
    const end = y * width + columns;
    for (let target = y * width; target < end; target += 1) {
      planes[first + target] = (rgb[source] ?? 0) * factor + offset;
      planes[plane + target] = (rgb[source + 1] ?? 0) * factor + offset;
      planes[third + target] = (rgb[source + 2] ?? 0) * factor + offset;
      source += 3;
    }
  }
  for (let start = 0; start < 3 * plane; start += plane) {
    if (columns < width) {
      for (let y = 0; y < rows; y += 1) planes.fill(padding, start + y * width + columns, start + (y + 1) * width);
    }
    planes.fill(padding, start + rows * width, start + plane);
  }
}
