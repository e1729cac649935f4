import { fitInside } from '../image/decode.js';
import { orient, type Raster } from '../image/raster.js';
import type { StageTimes } from '../stages.js';
import { agree, type Candidate, turnOver } from './blazeface-agreement.js';
import type { BlazefaceNetwork } from './blazeface-network.js';
import { reduce } from './blazeface-reduce.js';
import type { BlazefaceSearch } from './blazeface-search.js';
import type { FaceFinder, FoundFace, Image, Size } from './face-finder.js';
import { scale } from './geometry.js';

/** EXIF's number for an image that is upside down. */
const UPSIDE_DOWN = 3;

/**
 * A finder that looks with BlazeFace at several sizes of the whole image, because the network sees only faces of about
 * 20 to 150 pixels, and believes what two of them see; at larger sizes, too, where most faces are small. It knows faces
 * that lie on their side, but few that are upside down: where it finds nothing, it turns the image over and looks
 * again.
 */
export function createBlazefaceFinder(network: BlazefaceNetwork, search: BlazefaceSearch): FaceFinder {
  const descending = (sides: readonly number[]) => [...sides].sort((a, b) => b - a);
  const usualSides = descending(search.longSides);
  const [largest = 0] = usualSides;
  const sizeOf = (size: Size, side: number) => fitInside(size.width, size.height, { width: side, height: side });

  /** Looks at `raster`, which has the first of `sides`, and at its reductions to the others. */
  async function looks(
    raster: Raster,
    shown: Size,
    sides: readonly number[],
    options: { readonly threshold: number; readonly times: StageTimes },
  ): Promise<FoundFace[]> {
    const { threshold, times } = options;
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
        const scaled = scale(face, shown.width / smaller.width, shown.height / smaller.height);
        candidates.push({ ...scaled, scale: perPixel });
      }
    }
    return times.timeSync('boxes', () => agree(candidates, scales, search, threshold));
  }

  /** The long sides to look at an image with in which these faces were found; undefined where the usual ones do. */
  function largerSides(faces: readonly FoundFace[], image: Image): readonly number[] | undefined {
    const { small } = search;
    if (small === undefined) return undefined;
    const long = Math.max(image.width, image.height);
    // Faces of 10 to 20 pixels are seen when they are enlarged; more than twice shows nothing more.
    const sides = small.longSides.filter((side) => side > largest && side <= 2 * long);
    const isSmall = (face: FoundFace) => (Math.max(face.width, face.height) * largest) / long < small.below;
    const clear = faces.filter((face) => face.score >= small.from);
    const most = clear.filter(isSmall).length * 2 > clear.length;
    return most && sides.length > 0 ? descending([...sides, ...usualSides]) : undefined;
  }

  return {
    firstSize: (size) => sizeOf(size, largest),
    async find(image: Image, options): Promise<FoundFace[]> {
      const { threshold, times } = options;
      const raster = await image.raster(sizeOf(image, largest));
      const upright = await looks(raster, image, usualSides, options);
      const sides = largerSides(upright, image);
      const [side] = sides ?? [];
      if (sides !== undefined && side !== undefined) {
        return await looks(await image.raster(sizeOf(image, side)), image, sides, options);
      }
      if (upright.length > 0) return upright;
      const turned = times.timeSync('decode', () => orient(raster, UPSIDE_DOWN));
      const sure = { times, threshold: Math.max(threshold, search.upsideDownScore) };
      return turnOver(await looks(turned, image, usualSides, sure), image.width, image.height);
    },
  };
}
