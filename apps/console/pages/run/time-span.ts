/** A piece of time, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Steps of an axis that people count in, in milliseconds. */
const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5,
].concat([2, 3, 6, 12, 24, 48, 168, 720, 2_160, 8_760].map((hours) => hours * 36e5));

/** Where the axis of a span has its marks, at most `most` of them: whole steps after its beginning. */
export function marksOf({ from, to }: Span, origin: number, most: number): readonly number[] {
  const step = steps.find((each) => (to - from) / each <= most) ?? (to - from) / most;
  const first = Math.ceil((from - origin) / step) * step + origin;
  const marks: number[] = [];
  for (let at = first; at <= to; at += step) marks.push(at);
  return marks;
}

/** A span so many times as long, about its middle, within another one. */
export function zoomed({ from, to }: Span, factor: number, within: Span): Span {
  const half = Math.max(((to - from) * factor) / 2, 0.5);
  const middle = (from + to) / 2;
  return { from: Math.max(within.from, middle - half), to: Math.min(within.to, middle + half) };
}

/** A span moved by a part of its length, within another one. */
export function moved({ from, to }: Span, part: number, within: Span): Span {
  const wanted = (to - from) * part;
  const by = Math.max(within.from - from, Math.min(within.to - to, wanted));
  return { from: from + by, to: to + by };
}
