/**
 * Upper bounds of the buckets in which the times of runs are counted: ms. Rows of `ops.time_total` are by the position of a bound, so
 * these are not to be changed without them. The last bucket has no bound.
 */
export const timeBuckets = [
  5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000,
] as const;
