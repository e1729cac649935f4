/** A face's box in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Boxes with at least this intersection over union are the same face: the usual bound of detection benchmarks. */
const sameFrom = 0.5;

/** Intersection over union of two boxes, 0 to 1. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (a.width * a.height + b.width * b.height - both);
}

/** Which boxes are the same face, each with one other at most, those that overlap most first; and which are left. */
export function matchBoxes<T extends Box>(
  a: readonly T[],
  b: readonly T[],
): { readonly matched: number; readonly onlyA: T[]; readonly onlyB: T[] } {
  const pairs = a.flatMap((left) =>
    b.flatMap((right) => {
      const overlap = intersectionOverUnion(left, right);
      return overlap >= sameFrom ? [{ left, right, overlap }] : [];
    }),
  );
  pairs.sort((one, other) => other.overlap - one.overlap);
  const taken = new Set<T>();
  let matched = 0;
  for (const { left, right } of pairs) {
    if (taken.has(left) || taken.has(right)) continue;
    taken.add(left).add(right);
    matched += 1;
  }
  return { matched, onlyA: a.filter((box) => !taken.has(box)), onlyB: b.filter((box) => !taken.has(box)) };
}
