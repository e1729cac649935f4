import { fitInside } from '../image/decode.js';
import type { Size } from './face-finder.js';

/** How much longer than the longest side that is asked for the raster of a long strip may be. */
const MOST_STRETCH = 8;

/** The size to look at an image of `size` at: its long side from `least` to `most`, see `YunetSearch.leastSide`. */
export function lookSize({ width, height }: Size, least: number, most: number): Size {
  const long = Math.max(width, height);
  const usual = Math.min(most, Math.max(least, long)) / long;
  const strip = Math.sqrt((most * most) / 2 / (width * height));
  const factor = Math.max(usual, Math.min(1, strip, (MOST_STRETCH * most) / long));
  const side = Math.max(1, Math.round(long * factor));
  return fitInside(width, height, { width: side, height: side });
}
