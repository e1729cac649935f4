import type { BlazefaceSearch } from './blazeface-search.js';
import type { FoundFace } from './face-finder.js';
import { area, intersection, type MarkedBox, mapLandmarks, overlap } from './geometry.js';

/** A box that one look gave, in pixels of the shown image. */
export interface Candidate extends FoundFace {
  /** Pixels of the look's raster per pixel of the shown image. */
  readonly scale: number;
}

/** The mean of the boxes and their points, each counted by its score: steadier than any one of them. */
function blend(boxes: readonly MarkedBox[]): Omit<MarkedBox, 'score'> {
  const total = boxes.reduce((sum, box) => sum + box.score, 0);
  const mean = (value: (box: MarkedBox) => number) =>
    boxes.reduce((sum, box) => sum + value(box) * box.score, 0) / total;
  const landmarks: Record<string, readonly [number, number]> = {};
  for (const name of Object.keys(boxes[0]?.landmarks ?? {})) {
    landmarks[name] = [mean((box) => box.landmarks[name]?.[0] ?? 0), mean((box) => box.landmarks[name]?.[1] ?? 0)];
  }
  return {
    x: mean((b) => b.x),
    y: mean((b) => b.y),
    width: mean((b) => b.width),
    height: mean((b) => b.height),
    landmarks,
  };
}

/** The best score that each look in which the face can be expected gave it; of no such look, the face's own. */
function scoresByLook(face: Candidate, boxes: readonly Candidate[], scales: readonly number[], largest: number) {
  const side = Math.max(face.width, face.height);
  const asked = scales.filter((scale) => side * scale <= largest);
  const best = (scale: number) => boxes.reduce((top, box) => (box.scale === scale ? Math.max(top, box.score) : top), 0);
  return asked.length === 0 ? [face.score] : asked.map(best).sort((a, b) => b - a);
}

/**
 * Makes one face of the boxes that mean the same one, by the limits of `search`: where the best box is, the boxes that
 * overlap it are blended. Its score is the mean of the two best looks among those of `scales` in which a face of its
 * size can be expected, 0 for one that did not see it: what looks like a face at one scale only is seldom one.
 * The faces with at least `threshold` come back, best score first.
 */
export function agree(
  candidates: readonly Candidate[],
  scales: readonly number[],
  search: Pick<BlazefaceSearch, 'largestFace' | 'overlap' | 'containment'>,
  threshold: number,
): FoundFace[] {
  const faces: FoundFace[] = [];
  let rest = [...candidates].sort((a, b) => b.score - a.score);
  for (let best = rest[0]; best !== undefined; best = rest[0]) {
    const leader = best;
    const overlaps = (box: Candidate) => overlap(leader, box) > search.overlap;
    const same = (box: Candidate) =>
      box === leader ||
      overlaps(box) ||
      intersection(leader, box) > search.containment * Math.min(area(leader), area(box));
    const boxes = rest.filter(same);
    rest = rest.filter((box) => !same(box));
    const [first = 0, second = first] = scoresByLook(leader, boxes, scales, search.largestFace);
    const score = (first + second) / 2;
    if (score >= threshold) faces.push({ ...blend(boxes.filter((box) => box === leader || overlaps(box))), score });
  }
  return faces.sort((a, b) => b.score - a.score);
}

/** The faces of an image of this size that was looked at upside down, in the image as it is shown. */
export function turnOver(faces: readonly FoundFace[], width: number, height: number): FoundFace[] {
  return faces.map((face) => ({
    x: width - face.x - face.width,
    y: height - face.y - face.height,
    width: face.width,
    height: face.height,
    score: face.score,
    landmarks: mapLandmarks(face.landmarks, (x, y) => [width - x, height - y]),
  }));
}
