/** How many faces were counted at each threshold, beside the truth. */
export interface Counted {
  readonly set: string;
  readonly source: string;
  readonly faces: number;
  /** Scores of what was found, in any order. */
  readonly scores: readonly number[];
}

export interface Figures {
  readonly images: number;
  /** Share of images with the exact count, 0 to 1. */
  readonly exact: number;
  readonly meanAbsoluteError: number;
  readonly rootMeanSquareError: number;
  /** Images with too many and with too few faces. */
  readonly over: number;
  readonly under: number;
}

/** An image's error in faces. */
export interface Outcome {
  readonly source: string;
  readonly error: number;
}

export function countAt(counted: Counted, threshold: number): number {
  return counted.scores.filter((score) => score >= threshold).length;
}

export function outcomesAt(counted: readonly Counted[], threshold: number): Outcome[] {
  return counted.map((one) => ({ source: one.source, error: countAt(one, threshold) - one.faces }));
}

export function figuresOf(outcomes: readonly Outcome[]): Figures {
  const n = Math.max(1, outcomes.length);
  const sum = (value: (error: number) => number) => outcomes.reduce((total, { error }) => total + value(error), 0);
  return {
    images: outcomes.length,
    exact: sum((error) => (error === 0 ? 1 : 0)) / n,
    meanAbsoluteError: sum(Math.abs) / n,
    rootMeanSquareError: Math.sqrt(sum((error) => error * error) / n),
    over: sum((error) => (error > 0 ? 1 : 0)),
    under: sum((error) => (error < 0 ? 1 : 0)),
  };
}

/** The values by key, keys in the order of their first value. */
export function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), [value]);
    else group.push(value);
  }
  return groups;
}

/** Numbers from 0 up to 1 that are the same in every run: Lehmer's generator with 48271. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** The values in an order that depends on the seed alone. */
export function shuffle<T>(values: readonly T[], seed: number): T[] {
  const random = randomNumbers(seed);
  return values
    .map((value) => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

/** Of the thresholds the one with the most exact counts, sets weighing the same; then the one with the least error. */
export function bestThreshold(counted: readonly Counted[], thresholds: readonly number[]): number {
  const sets = [...groupBy(counted, (one) => one.set).values()];
  const rated = thresholds.map((threshold) => {
    const figures = sets.map((set) => figuresOf(outcomesAt(set, threshold)));
    const sum = (value: (figures: Figures) => number) => figures.reduce((total, each) => total + value(each), 0);
    return { threshold, exact: sum((each) => each.exact), error: sum((each) => each.meanAbsoluteError) };
  });
  rated.sort((a, b) => b.exact - a.exact || a.error - b.error);
  return rated[0]?.threshold ?? 1;
}

/**
 * Outcomes on images that had no say in the threshold: the sources are dealt into five parts, the threshold is chosen
 * on four and used on the fifth, in turn; all that ten times with other parts. In the order of `counted`, ten times.
 */
export function heldOut(counted: readonly Counted[], thresholds: readonly number[]): (Outcome & { set: string })[] {
  const sources = [...new Set(counted.map((one) => one.source))];
  const outcomes: (Outcome & { set: string })[] = [];
  for (let round = 1; round <= 10; round += 1) {
    const random = randomNumbers(round);
    const parts = new Map(sources.map((source) => [source, Math.floor(random() * 5)]));
    const chosen = [0, 1, 2, 3, 4].map((part) =>
      bestThreshold(
        counted.filter((one) => parts.get(one.source) !== part),
        thresholds,
      ),
    );
    for (const one of counted) {
      const threshold = chosen[parts.get(one.source) ?? 0] ?? 1;
      outcomes.push({ set: one.set, source: one.source, error: countAt(one, threshold) - one.faces });
    }
  }
  return outcomes;
}

/** The middle 95 % of the share of exact counts when the sources are drawn again, with repetition, 1,000 times. */
export function exactInterval(outcomes: readonly Outcome[]): readonly [number, number] {
  const sources = [...groupBy(outcomes, (one) => one.source).values()];
  const random = randomNumbers(1);
  const shares = Array.from({ length: 1000 }, () => {
    let exact = 0;
    let images = 0;
    for (let draw = 0; draw < sources.length; draw += 1) {
      const drawn = sources[Math.floor(random() * sources.length)] ?? [];
      exact += drawn.filter((one) => one.error === 0).length;
      images += drawn.length;
    }
    return exact / Math.max(1, images);
  }).sort((a, b) => a - b);
  return [shares[25] ?? 0, shares[974] ?? 1];
}
