import { halve, type Raster } from '../image/raster.js';
import { type Box, sizeOf } from './geometry.js';
import type { Turn } from './turn.js';

/** How a part of a raster is shown. */
export interface CloseUpView {
  /** Side of what is shown, in sides of the box (the geometric mean of its two). */
  readonly around: number;
  /** Side of the raster that it is scaled to, in pixels. */
  readonly side: number;
  readonly turn: Turn;
  /** Left and right exchanged, before it is turned. */
  readonly mirrored: boolean;
}

/** A square part of a raster, scaled. */
export interface CloseUp {
  readonly raster: Raster;
  /** Where the box that it was made for lies in it: in its middle. */
  readonly box: Box;
}

const SHIFT = 14;
const ONE = 1 << SHIFT;
const ROUND = ONE >> 1;

/**
 * The square of `pixels` × `pixels` steps around (x, y), turned; black beyond the edges. `right` and `down` are the
 * steps in the source, [x, y], that one pixel to the right and one pixel down are.
 */
function sample(
  { width, height, rgb }: Raster,
  [x, y]: readonly [number, number],
  pixels: number,
  right: readonly [number, number],
  down: readonly [number, number],
): Raster {
  const scaled = new Uint8Array(pixels * pixels * 3);
  // Pixels are squares, not points: their middles lie half a step from their edges.
  const half = (pixels - 1) / 2;
  const [rightX, rightY] = right;
  const startX = x - 0.5 - half * (rightX + down[0]);
  const startY = y - 0.5 - half * (rightY + down[1]);
  const lastX = width - 1;
  const lastY = height - 1;
  let target = 0;
  for (let row = 0; row < pixels; row += 1) {
    let sourceX = startX + row * down[0];
    let sourceY = startY + row * down[1];
    for (let column = 0; column < pixels; column += 1) {
      if (sourceX >= -0.5 && sourceX < width - 0.5 && sourceY >= -0.5 && sourceY < height - 0.5) {
        const shownX = sourceX < 0 ? 0 : sourceX;
        const shownY = sourceY < 0 ? 0 : sourceY;
        const left = Math.floor(shownX);
        const top = Math.floor(shownY);
        const i = (top * width + left) * 3;
        const j = left < lastX ? i + 3 : i;
        const below = top < lastY ? width * 3 : 0;
        const k = i + below;
        const l = j + below;
        // In whole numbers, 1 being 2^14, and written out: a close-up takes as long as what the network does with it.
        const across = ((shownX - left) * 128) | 0;
        const under = ((shownY - top) * 128) | 0;
        const d = across * under;
        const c = (under << 7) - d;
        const b = (across << 7) - d;
        const a = ONE - b - c - d;
        scaled[target] =
          ((rgb[i] ?? 0) * a + (rgb[j] ?? 0) * b + (rgb[k] ?? 0) * c + (rgb[l] ?? 0) * d + ROUND) >> SHIFT;
        scaled[target + 1] =
          ((rgb[i + 1] ?? 0) * a + (rgb[j + 1] ?? 0) * b + (rgb[k + 1] ?? 0) * c + (rgb[l + 1] ?? 0) * d + ROUND) >>
          SHIFT;
        scaled[target + 2] =
          ((rgb[i + 2] ?? 0) * a + (rgb[j + 2] ?? 0) * b + (rgb[k + 2] ?? 0) * c + (rgb[l + 2] ?? 0) * d + ROUND) >>
          SHIFT;
      }
      target += 3;
      sourceX += rightX;
      sourceY += rightY;
    }
  }
  return { width: pixels, height: pixels, rgb: scaled };
}

/** Makes the close-up of a box. */
export type CloseUpOf = (box: Box, view: CloseUpView) => CloseUp;

/**
 * Makes close-ups of boxes in one raster: the square around the middle of a box. Where it is made much smaller by that,
 * the raster is halved first, as often as needed, so that no pixel is passed over; halved rasters are kept for the next
 * box.
 */
export function closeUpsOf(raster: Raster): CloseUpOf {
  const halved = [raster];
  const level = (index: number): Raster => {
    let last = halved.at(-1) ?? raster;
    while (halved.length <= index) {
      last = halve(last);
      halved.push(last);
    }
    return halved[index] ?? last;
  };

  return (box, { around, side: pixels, turn, mirrored }) => {
    const side = Math.max(1, sizeOf(box)) * around;
    const index = Math.max(0, Math.floor(Math.log2(side / pixels)));
    const shrink = 2 ** index;
    const step = side / shrink / pixels;
    const middle = [(box.x + box.width / 2) / shrink, (box.y + box.height / 2) / shrink] as const;
    const angle = (turn * Math.PI) / 180;
    const cos = Math.round(Math.cos(angle)) * step;
    const sin = Math.round(Math.sin(angle)) * step;
    const hand = mirrored ? -1 : 1;
    const scale = pixels / side;
    const lies = turn % 180 !== 0;
    const width = (lies ? box.height : box.width) * scale;
    const height = (lies ? box.width : box.height) * scale;
    return {
      raster: sample(level(index), middle, pixels, [hand * cos, -sin], [hand * sin, cos]),
      box: { x: (pixels - width) / 2, y: (pixels - height) / 2, width, height },
    };
  };
}
