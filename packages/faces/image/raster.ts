/** Width and height, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Decoded pixels: 8 bits, R G B interleaved, row after row without gaps. */
export interface Raster extends Size {
  readonly rgb: Uint8Array;
}

/** EXIF orientations (1–8) from 5 on exchange width and height. */
export function swapsSides(orientation: number): boolean {
  return orientation >= 5;
}

/**
 * Turns a raster as it is stored into the raster as it is shown. `orientation` is EXIF's tag 0x0112: which edges of
 * the shown image the stored first row and first column are (1: top, left; 6: right, top; and so on).
 */
export function orient(raster: Raster, orientation: number): Raster {
  if (orientation <= 1 || orientation > 8) return raster;
  const swap = swapsSides(orientation);
  const width = swap ? raster.height : raster.width;
  const height = swap ? raster.width : raster.height;
  // Stored columns run backwards in the shown image for 2, 3, 7 and 8; stored rows for 3, 4, 6 and 7.
  const backwardsX = [2, 3, 7, 8].includes(orientation);
  const backwardsY = [3, 4, 6, 7].includes(orientation);
  const stepX = backwardsX ? -3 : 3;
  const stepY = backwardsY ? -3 * raster.width : 3 * raster.width;
  const first = (backwardsX ? 3 * (raster.width - 1) : 0) + (backwardsY ? 3 * raster.width * (raster.height - 1) : 0);
  const [along, down] = swap ? [stepY, stepX] : [stepX, stepY];

  const stored = raster.rgb;
  const rgb = new Uint8Array(stored.length);
  let target = 0;
  for (let y = 0; y < height; y += 1) {
    let source = first + y * down;
    for (let x = 0; x < width; x += 1) {
      rgb[target] = stored[source] ?? 0;
      rgb[target + 1] = stored[source + 1] ?? 0;
      rgb[target + 2] = stored[source + 2] ?? 0;
      target += 3;
      source += along;
    }
  }
  return { width, height, rgb };
}

/** The raster at half its width and height (rounded up), each pixel the mean of the four, two or one it stands for. */
export function halve(raster: Raster): Raster {
  const width = Math.ceil(raster.width / 2);
  const height = Math.ceil(raster.height / 2);
  const { rgb: source } = raster;
  const rgb = new Uint8Array(width * height * 3);
  let target = 0;
  for (let y = 0; y < height; y += 1) {
    let above = 2 * y * raster.width * 3;
    let below = Math.min(2 * y + 1, raster.height - 1) * raster.width * 3;
    for (let x = 0; x < width; x += 1) {
      const right = 2 * x + 1 < raster.width ? 3 : 0;
      for (let channel = 0; channel < 3; channel += 1) {
        const sum =
          (source[above] ?? 0) + (source[above + right] ?? 0) + (source[below] ?? 0) + (source[below + right] ?? 0);
        rgb[target] = (sum + 2) >> 2;
        target += 1;
        above += 1;
        below += 1;
      }
      above += 3;
      below += 3;
    }
  }
  return { width, height, rgb };
}
