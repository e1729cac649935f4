import { area, intersection, overlap, type ScoredBox } from './geometry.js';

/** When two boxes are one thing: shares from 0 to 1. */
export interface SuppressionLimits {
  /** Most intersection over union. */
  readonly overlap: number;
  /** Most of the smaller box that may lie in the larger; without it, that does not matter. */
  readonly containment?: number;
}

/**
 * Greedy non-maximum suppression: of boxes above one of the limits, the one with the highest score stays. The
 * result is sorted by score, highest first.
 */
export function suppress<T extends ScoredBox>(boxes: readonly T[], limits: SuppressionLimits): T[] {
  const containment = limits.containment ?? Number.POSITIVE_INFINITY;
  const same = (a: ScoredBox, b: ScoredBox) =>
    overlap(a, b) > limits.overlap || intersection(a, b) > containment * Math.min(area(a), area(b));
  const kept: T[] = [];
  for (const box of [...boxes].sort((a, b) => b.score - a.score)) {
    if (!kept.some((other) => same(box, other))) kept.push(box);
  }
  return kept;
}
