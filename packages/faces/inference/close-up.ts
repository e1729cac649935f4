import { halve, type Raster } from '../picture/raster.js';
import type { Box } from './geometry.js';

/** A square part of a raster, scaled. */
export interface CloseUp {
  readonly raster: Raster;
  /** Where the box that it was made for lies in it. */
  readonly box: Box;
}

/** The square of `side` pixels around (x, y), scaled to `pixels` × `pixels`; black beyond the edges. */
function sample(source: Raster, x: number, y: number, side: number, pixels: number): Raster {
  const { width, height, rgb } = source;
  const scaled = new Uint8Array(pixels * pixels * 3);
  const step = side / pixels;
  // Pixels are squares, not points: the middle of the first is half a step from the edge.
  const firstX = x - side / 2 + step / 2 - 0.5;
  const firstY = y - side / 2 + step / 2 - 0.5;
  for (let row = 0; row < pixels; row += 1) {
    const sourceY = firstY + row * step;
    const top = Math.floor(sourceY);
    if (top < -1 || top >= height) continue;
    const down = sourceY - top;
    const upper = Math.max(0, top) * width;
    const lower = Math.min(height - 1, top + 1) * width;
    for (let column = 0; column < pixels; column += 1) {
      const sourceX = firstX + column * step;
      const left = Math.floor(sourceX);
      if (left < -1 || left >= width) continue;
      const across = sourceX - left;
      const near = Math.max(0, left);
      const far = Math.min(width - 1, left + 1);
      const target = (row * pixels + column) * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        const above =
          (rgb[(upper + near) * 3 + channel] ?? 0) * (1 - across) + (rgb[(upper + far) * 3 + channel] ?? 0) * across;
        const below =
          (rgb[(lower + near) * 3 + channel] ?? 0) * (1 - across) + (rgb[(lower + far) * 3 + channel] ?? 0) * across;
        scaled[target + channel] = above * (1 - down) + below * down + 0.5;
      }
    }
  }
  return { width: pixels, height: pixels, rgb: scaled };
}

/**
 * Makes close-ups of boxes in one raster: the square around the middle of a box, `around` times as wide as the box (the
 * geometric mean of its sides), scaled to `pixels` × `pixels`. Where that makes it much smaller, the raster is halved
 * first, as often as needed, so that no pixel is passed over; halved rasters are kept for the next box.
 */
export function closeUpsOf(raster: Raster): (box: Box, around: number, pixels: number) => CloseUp {
  const halved = [raster];
  const level = (index: number): Raster => {
    let last = halved.at(-1) ?? raster;
    while (halved.length <= index) {
      last = halve(last);
      halved.push(last);
    }
    return halved[index] ?? last;
  };

  return (box, around, pixels) => {
    const side = Math.max(1, Math.sqrt(box.width * box.height)) * around;
    const index = Math.max(0, Math.floor(Math.log2(side / pixels)));
    const shrink = 2 ** index;
    const scale = pixels / side;
    const width = box.width * scale;
    const height = box.height * scale;
    const x = (box.x + box.width / 2) / shrink;
    const y = (box.y + box.height / 2) / shrink;
    return {
      raster: sample(level(index), x, y, side / shrink, pixels),
      box: { x: (pixels - width) / 2, y: (pixels - height) / 2, width, height },
    };
  };
}
