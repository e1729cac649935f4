import type { InferenceSession } from 'onnxruntime-node';
import { BLAZEFACE_SIZE } from '../model/blazeface-shape.js';
import { halve, type Raster } from '../picture/raster.js';
import { createBlazefaceNetwork } from './blazeface.js';
import type { FaceFinder } from './face-finder.js';
import { type ScoredBox, scale, shift } from './geometry.js';
import { suppress } from './nms.js';
import { type PixelFormat, writePlanes } from './tensor.js';

/**
 * BlazeFace over a whole picture. At 256 × 256 the network misses faces below some 20 pixels, so the picture is
 * looked at twice: whole, at half its raster, and in overlapping 256 × 256 tiles of the full raster.
 *
 * The figures below were chosen on ../shared/photos among raster sides of 256 to 1,024, overlaps of 64 and 128 and
 * scores of 0.5 to 0.95: 512 with 128 is the smallest that finds the small faces of groups, and stays near its best
 * when the scores are moved, where larger rasters begin to see faces in coins and foliage.
 */

/** Long side of the raster, in pixels. */
const RASTER_SIDE = 2 * BLAZEFACE_SIZE;
/** Least overlap of neighbouring tiles: a face up to this size lies whole in one of them. */
const TILE_OVERLAP = 128;
/** The lowest score that counts as a face in the whole picture, and in a tile, where more things look like one. */
const WHOLE_SCORE = 0.7;
const TILE_SCORE = 0.75;
/** Boxes that overlap more than this (intersection over union) are one face. */
const SUPPRESSION = 0.3;
/** A box that lies by more than this share in another is a part of that face, seen in a tile that cuts it. */
const CONTAINMENT = 0.6;

const PIXELS: PixelFormat = { order: 'rgb', factor: 1 / 127.5, offset: -1, padding: -1 };

/** Where the tiles of one axis begin, so that they cover `length` evenly with at least `TILE_OVERLAP` between them. */
export function tileStarts(length: number): number[] {
  if (length <= BLAZEFACE_SIZE) return [0];
  const count = Math.ceil((length - TILE_OVERLAP) / (BLAZEFACE_SIZE - TILE_OVERLAP));
  const step = (length - BLAZEFACE_SIZE) / (count - 1);
  return Array.from({ length: count }, (_, index) => Math.round(index * step));
}

/** A finder that runs the converted BlazeFace model of `session`. */
export function createBlazefaceFinder(session: InferenceSession): FaceFinder {
  const network = createBlazefaceNetwork(session);

  const look = (raster: Raster, left: number, top: number, minScore: number): Promise<ScoredBox[]> => {
    const region = { left, top, width: BLAZEFACE_SIZE, height: BLAZEFACE_SIZE };
    return network.run((planes) => writePlanes(planes, raster, region, PIXELS), minScore);
  };

  return {
    box: { width: RASTER_SIDE, height: RASTER_SIDE },
    async find(raster: Raster): Promise<ScoredBox[]> {
      const found = (await look(halve(raster), 0, 0, WHOLE_SCORE)).map((box) => scale(box, 2, 2));
      for (const top of tileStarts(raster.height)) {
        for (const left of tileStarts(raster.width)) {
          const boxes = await look(raster, left, top, TILE_SCORE);
          found.push(...boxes.map((box) => shift(box, left, top)));
        }
      }
      return suppress(found, { overlap: SUPPRESSION, containment: CONTAINMENT });
    },
  };
}
