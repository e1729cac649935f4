import type { Raster, Size } from '../image/raster.js';

/** Which pixels of a line each pixel of a shorter line stands for, and how much of each. */
interface Shares {
  /** The first of them. */
  readonly first: Int32Array;
  /** Most pixels that one stands for. */
  readonly count: number;
  /** Parts of 1: `count` for each pixel, 0 where it stands for fewer. */
  readonly weights: Float32Array;
}

function sharesOf(length: number, shorter: number): Shares {
  const step = length / shorter;
  const count = Math.ceil(step) + 1;
  const first = new Int32Array(shorter);
  const weights = new Float32Array(shorter * count);
  for (let index = 0; index < shorter; index += 1) {
    const begin = index * step;
    // So far to the left at the line's end that no pixel beyond it is read, not even with the weight 0.
    const start = Math.max(0, Math.min(Math.floor(begin), length - count));
    first[index] = start;
    for (let offset = 0; offset < count; offset += 1) {
      const pixel = start + offset;
      const covered = Math.min(begin + step, pixel + 1) - Math.max(begin, pixel);
      weights[index * count + offset] = Math.max(0, covered) / step;
    }
  }
  return { first, count, weights };
}

/**
 * The raster at a size that is no larger on either side; each pixel is the mean of the area that it stands for. So the
 * smaller looks at an image need no further decoding of its file.
 */
export function reduce(raster: Raster, { width, height }: Size): Raster {
  if (width === raster.width && height === raster.height) return raster;
  const source = raster.rgb;
  const line = 3 * raster.width;
  const columns = sharesOf(raster.width, width);
  const rows = sharesOf(raster.height, height);
  const sums = new Float32Array(line);
  const rgb = new Uint8Array(3 * width * height);
  let target = 0;
  for (let y = 0; y < height; y += 1) {
    // Rows first: that is the longer way, and runs straight through memory.
    sums.fill(0);
    for (let offset = 0; offset < rows.count; offset += 1) {
      const weight = rows.weights[y * rows.count + offset] ?? 0;
      if (weight === 0) continue;
      const start = line * ((rows.first[y] ?? 0) + offset);
      for (let x = 0; x < line; x += 1) sums[x] = (sums[x] ?? 0) + weight * (source[start + x] ?? 0);
    }
    for (let x = 0; x < width; x += 1) {
      // 0.5: what is stored as a whole number is cut off, not rounded.
      let red = 0.5;
      let green = 0.5;
      let blue = 0.5;
      let from = 3 * (columns.first[x] ?? 0);
      for (let offset = 0; offset < columns.count; offset += 1) {
        const weight = columns.weights[x * columns.count + offset] ?? 0;
        red += weight * (sums[from] ?? 0);
        green += weight * (sums[from + 1] ?? 0);
        blue += weight * (sums[from + 2] ?? 0);
        from += 3;
      }
      rgb[target] = red;
      rgb[target + 1] = green;
      rgb[target + 2] = blue;
      target += 3;
    }
  }
  return { width, height, rgb };
}
