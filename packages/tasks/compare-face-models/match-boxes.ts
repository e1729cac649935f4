import { type Box, overlap } from '#faces/inference/geometry.js';

/** Boxes with at least this intersection over union are the same face: the usual bound of detection benchmarks. */
const sameFrom = 0.5;

/** Which boxes are the same face, each with one other at most, those that overlap most first; and which are left. */
export function matchBoxes<T extends Box>(
  a: readonly T[],
  b: readonly T[],
): { readonly matched: number; readonly onlyA: T[]; readonly onlyB: T[] } {
  const pairs = a.flatMap((left) =>
    b.flatMap((right) => {
      const shared = overlap(left, right);
      return shared >= sameFrom ? [{ left, right, shared }] : [];
    }),
  );
  pairs.sort((one, other) => other.shared - one.shared);
  const taken = new Set<T>();
  let matched = 0;
  for (const { left, right } of pairs) {
    if (taken.has(left) || taken.has(right)) continue;
    taken.add(left).add(right);
    matched += 1;
  }
  return { matched, onlyA: a.filter((box) => !taken.has(box)), onlyB: b.filter((box) => !taken.has(box)) };
}
