import { fitInside } from '../picture/decode.js';
import { orient, type Raster } from '../picture/raster.js';
import type { StageTimes } from '../stages.js';
import { agree, type Candidate, turnOver } from './blazeface-agreement.js';
import type { BlazefaceNetwork } from './blazeface-network.js';
import { reduce } from './blazeface-reduce.js';
import type { BlazefaceSearch } from './blazeface-search.js';
import type { FaceFinder, FoundFace, Picture, Size } from './face-finder.js';
import { scale } from './geometry.js';

/** EXIF's number for a picture that is upside down. */
const UPSIDE_DOWN = 3;

/**
 * A finder that looks with BlazeFace at several sizes of the whole picture, because the network sees only faces of
 * about 20 to 150 pixels, and believes what two of them see. It knows faces that lie on their side, but few that are
 * upside down: where it finds nothing, it turns the picture over and looks again.
 */
export function createBlazefaceFinder(network: BlazefaceNetwork, search: BlazefaceSearch): FaceFinder {
  const sides = [...search.longSides].sort((a, b) => b - a);
  const [largest = 0] = sides;
  const sizeOf = (size: Size, side: number) => fitInside(size.width, size.height, { width: side, height: side });

  async function looks(raster: Raster, shown: Size, threshold: number, times: StageTimes): Promise<FoundFace[]> {
    const candidates: Candidate[] = [];
    const scales: number[] = [];
    let reduced = raster;
    for (const side of sides) {
      // Each from the one before it, which has fewer pixels to go through than the first.
      const larger = reduced;
      const smaller = times.timeSync('decode', () => reduce(larger, sizeOf(shown, side)));
      reduced = smaller;
      const perPixel = side / Math.max(shown.width, shown.height);
      scales.push(perPixel);
      const faces = await network.look(smaller, search.candidateScore, times);
      for (const face of faces) {
        const placed = scale(face, shown.width / smaller.width, shown.height / smaller.height);
        candidates.push({ ...placed, scale: perPixel });
      }
    }
    return times.timeSync('boxes', () => agree(candidates, scales, search, threshold));
  }

  return {
    firstSize: (size) => sizeOf(size, largest),
    async find(picture: Picture, { threshold, times }): Promise<FoundFace[]> {
      const raster = await picture.raster(sizeOf(picture, largest));
      const upright = await looks(raster, picture, threshold, times);
      if (upright.length > 0) return upright;
      const turned = times.timeSync('decode', () => orient(raster, UPSIDE_DOWN));
      const found = await looks(turned, picture, Math.max(threshold, search.upsideDownScore), times);
      return turnOver(found, picture.width, picture.height);
    },
  };
}
