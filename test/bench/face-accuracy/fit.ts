/** An image whose boxes are known by their features, and how many faces it has; which boxes these are is not known. */
export interface CountedBoxes {
  /** Of each box its features, the last of them 1. */
  readonly boxes: readonly (readonly number[])[];
  readonly faces: number;
}

/** Share of the images whose count follows no model, and the chance that it gives any one count. */
const OUTLIERS = 0.03;
const OUTLIER_CHANCE = OUTLIERS / 10;
/** How strongly weights are held near 0, features having a standard deviation of 1. */
const RIDGE = 2e-3;
const STEPS = 400;
const RATE = 0.05;

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

function scalingOf(rows: readonly (readonly number[])[], features: number) {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const columns = Array.from({ length: features }, (_, at) => rows.map((row) => row[at] ?? 0));
  const means = columns.map(mean);
  const deviations = columns.map((values, at) => {
    const middle = means[at] ?? 0;
    return Math.sqrt(mean(values.map((value) => (value - middle) ** 2))) + 1e-9;
  });
  // The last one is the constant.
  means[features - 1] = 0;
  deviations[features - 1] = 1;
  return { means, deviations };
}

/**
 * The chance that `faces` are counted when box i is a face with the chance `chances[i]`, and further faces are missed:
 * none with the chance 1 − miss, else one, two, … in a geometric distribution with the ratio `more`; and the
 * derivatives after each chance, `miss` and `more`.
 */
function likelihood(chances: readonly number[], faces: number, miss: number, more: number) {
  const width = faces + 1;
  // found[j][n]: the chance that n of the first j boxes are faces. More than are counted there cannot be.
  let last = new Float64Array(width);
  last[0] = 1;
  const found = [last];
  for (const chance of chances) {
    const next = new Float64Array(width);
    for (let n = 0; n < width; n += 1)
      next[n] = (last[n] ?? 0) * (1 - chance) + (n > 0 ? (last[n - 1] ?? 0) * chance : 0);
    found.push(next);
    last = next;
  }
  let value = 0;
  let byMiss = 0;
  let byMore = 0;
  let weights = new Float64Array(width);
  for (let n = 0; n < width; n += 1) {
    const missed = faces - n;
    const tail = missed === 0 ? 0 : (1 - more) * more ** (missed - 1);
    const at = last[n] ?? 0;
    weights[n] = missed === 0 ? 1 - miss : miss * tail;
    value += at * (weights[n] ?? 0);
    byMiss += at * (missed === 0 ? -1 : tail);
    if (missed > 0) byMore += at * miss * (((missed - 1) / more) * tail - more ** (missed - 1));
  }
  const byChance = new Array<number>(chances.length).fill(0);
  for (let index = chances.length - 1; index >= 0; index -= 1) {
    const chance = chances[index] ?? 0;
    const before = found[index] ?? last;
    const next = new Float64Array(width);
    let slope = 0;
    for (let n = 0; n < width; n += 1) {
      const here = weights[n] ?? 0;
      const above = n + 1 < width ? (weights[n + 1] ?? 0) : 0;
      slope += (before[n] ?? 0) * (above - here);
      next[n] = here * (1 - chance) + above * chance;
    }
    byChance[index] = slope;
    weights = next;
  }
  return { value, byChance, byMiss, byMore };
}

/**
 * The weights of a logistic regression of whether a box is a face, of which only the counts are known: those that make
 * the counts most likely (Poisson's binomial distribution of the boxes, and faces that no box shows). By Adam (Kingma,
 * Ba: "Adam: A Method for Stochastic Optimization", 2015) over all images at once.
 */
export function fitCounts(images: readonly CountedBoxes[]): number[] {
  const features = images.find(({ boxes }) => boxes.length > 0)?.boxes[0]?.length ?? 0;
  const { means, deviations } = scalingOf(
    images.flatMap(({ boxes }) => boxes),
    features,
  );
  const scaled = images.map(({ boxes, faces }) => ({
    boxes: boxes.map((row) => row.map((value, at) => (value - (means[at] ?? 0)) / (deviations[at] ?? 1))),
    faces,
  }));
  // The weights, and the logits of `miss` and `more`.
  const theta = [...new Array<number>(features).fill(0), -2, -0.5];
  const first = theta.map(() => 0);
  const second = theta.map(() => 0);
  for (let step = 1; step <= STEPS; step += 1) {
    const rate = RATE * Math.min(1, 2 * (1 - step / (STEPS + 1)));
    for (const [at, slope] of gradientAt(scaled, theta, features).entries()) {
      first[at] = 0.9 * (first[at] ?? 0) + 0.1 * slope;
      second[at] = 0.99 * (second[at] ?? 0) + 0.01 * slope ** 2;
      const mean = (first[at] ?? 0) / (1 - 0.9 ** step);
      const spread = Math.sqrt((second[at] ?? 0) / (1 - 0.99 ** step)) + 1e-8;
      theta[at] = (theta[at] ?? 0) - (rate * mean) / spread;
    }
  }
  const weights = theta.slice(0, features - 1).map((value, at) => value / (deviations[at] ?? 1));
  const bias = weights.reduce((sum, value, at) => sum - value * (means[at] ?? 0), theta[features - 1] ?? 0);
  return [...weights, bias];
}

/** Of the negative logarithm of the likelihood, per image. */
function gradientAt(images: readonly CountedBoxes[], theta: readonly number[], features: number): number[] {
  const miss = logistic(theta[features] ?? 0);
  const more = logistic(theta[features + 1] ?? 0);
  const sums = new Float64Array(features + 2);
  for (const { boxes, faces } of images) {
    const chances = boxes.map((row) => {
      let sum = 0;
      for (let at = 0; at < features; at += 1) sum += (row[at] ?? 0) * (theta[at] ?? 0);
      return logistic(sum);
    });
    const { value, byChance, byMiss, byMore } = likelihood(chances, faces, miss, more);
    const outer = -(1 - OUTLIERS) / ((1 - OUTLIERS) * value + OUTLIER_CHANCE);
    for (const [index, row] of boxes.entries()) {
      const chance = chances[index] ?? 0;
      const slope = outer * (byChance[index] ?? 0) * chance * (1 - chance);
      for (let at = 0; at < features; at += 1) sums[at] = (sums[at] ?? 0) + slope * (row[at] ?? 0);
    }
    sums[features] = (sums[features] ?? 0) + outer * byMiss * miss * (1 - miss);
    sums[features + 1] = (sums[features + 1] ?? 0) + outer * byMore * more * (1 - more);
  }
  return [...sums].map((sum, at) => sum / images.length + (at < features - 1 ? 2 * RIDGE * (theta[at] ?? 0) : 0));
}
