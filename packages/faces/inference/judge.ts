import { area, intersection, type ScoredBox, sizeOf } from './geometry.js';
import { type JudgeWeights, MEASURES, type Measure } from './judge-weights.js';

/** What is known of a box from one look. */
export type Measures = Readonly<Record<Measure, number>>;

/** Scores beyond these say no more. */
const MIN_SCORE = 0.001;
/** Pixels. */
const USUAL_SIZE = 40;
const SMALL_SIZE = 20;
/** Logarithms of a box's size in sizes of the clear faces. */
const MIN_RELATIVE = -2.5;
const MOST_RELATIVE = 1.5;
const MUCH_SMALLER = -0.5;
/** Number of clear faces that are a crowd; more make no difference. */
const CROWD = 10;
/** A box of this score, and no lower one than its own, may cover another. */
const COVERS = 0.5;

/** Natural logarithm of the odds of a score or probability. */
export function logit(score: number): number {
  const within = Math.min(1 - MIN_SCORE, Math.max(MIN_SCORE, score));
  return Math.log(within / (1 - within));
}

/** The probability whose logit this is. */
export function probability(sum: number): number {
  return 1 / (1 + Math.exp(-sum));
}

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
}

function coveredShare(box: ScoredBox, boxes: readonly ScoredBox[]): number {
  const least = Math.max(box.score, COVERS);
  const shares = boxes
    .filter((other) => other !== box && other.score >= least)
    .map((other) => intersection(box, other) / Math.min(area(box), area(other)));
  return Math.max(0, ...shares);
}

/**
 * The measures of the boxes of one look, in their order; boxes are in pixels of the look. The people of a group stand
 * about equally far from the camera and look into it, so a box is compared with the clear faces: those of at least the
 * score `clear`.
 *
 * `score`: logit of the network's score. `size`: logarithm of the size in units of 40 pixels. `small`: that in units of
 * 20 pixels, where it is negative. `relative`: logarithm of the size in median sizes of the clear faces. `smaller`: by
 * how much that is below −0.5. `alone`: 1 where no face is clear; `relative` is 0 then. `crowd`: logarithm of 1 and the
 * clear faces, ten at most. `covered`: the largest share of the smaller one's area that it has in common with a better
 * box.
 */
export function measure(boxes: readonly ScoredBox[], clear: number): Measures[] {
  const sizes = boxes.filter((box) => box.score >= clear).map(sizeOf);
  const usual = median(sizes);
  const crowd = Math.log1p(Math.min(CROWD, sizes.length));
  return boxes.map((box) => {
    const size = sizeOf(box);
    const relative = usual === undefined ? 0 : Math.min(MOST_RELATIVE, Math.max(MIN_RELATIVE, Math.log(size / usual)));
    return {
      score: logit(box.score),
      size: Math.log(size / USUAL_SIZE),
      small: Math.min(0, Math.log(size / SMALL_SIZE)),
      relative,
      smaller: Math.min(0, relative - MUCH_SMALLER),
      alone: usual === undefined ? 1 : 0,
      crowd,
      covered: coveredShare(box, boxes),
    };
  });
}

/** The logit of the probability that a box with these measures is a face. */
export function weigh(measures: Measures, weights: JudgeWeights): number {
  return MEASURES.reduce((sum, name) => sum + measures[name] * weights[name], weights.bias);
}
