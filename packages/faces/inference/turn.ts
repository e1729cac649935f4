import { orient, type Raster } from '../image/raster.js';
import { type MarkedBox, mapLandmarks } from './geometry.js';

/** By how much a raster is turned, clockwise, in degrees. */
export const TURNS = [90, 180, 270] as const;
export type Turn = 0 | (typeof TURNS)[number];

/** The EXIF orientation of a stored image that is shown by turning it so. */
const ORIENTATIONS: Readonly<Record<Turn, number>> = { 0: 1, 90: 6, 180: 3, 270: 8 };

/** The raster, turned clockwise. */
export function turnRaster(raster: Raster, turn: Turn): Raster {
  return orient(raster, ORIENTATIONS[turn]);
}

/** Where a box in a turned raster lies in the raster before; `size` is that of the raster before. */
export function turnBack(box: MarkedBox, turn: Turn, size: { width: number; height: number }): MarkedBox {
  const point = (x: number, y: number): readonly [number, number] => {
    if (turn === 90) return [y, size.height - x];
    if (turn === 180) return [size.width - x, size.height - y];
    if (turn === 270) return [size.width - y, x];
    return [x, y];
  };
  const [x1, y1] = point(box.x, box.y);
  const [x2, y2] = point(box.x + box.width, box.y + box.height);
  return {
    x: Math.min(x1, x2),
    y: Math.min(y1, y2),
    width: Math.abs(x2 - x1),
    height: Math.abs(y2 - y1),
    score: box.score,
    landmarks: mapLandmarks(box.landmarks, point),
  };
}
