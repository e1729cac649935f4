import type { Conditions } from './conditions.js';

/** How long a slice of a series is: an hour or a day of UTC, as tallies have them. */
export const grains = ['hour', 'day'] as const;
export type Grain = (typeof grains)[number];

/** Those of a series that is counted from rows, which may be finer than tallies. */
export const rowGrains = ['minute', ...grains] as const;
export type RowGrain = (typeof rowGrains)[number];

const grainMs: Readonly<Record<RowGrain, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Slices of time that follow each other without a gap. */
export interface Slices<G extends RowGrain = Grain> {
  readonly grain: G;
  /** When the first one begins: milliseconds since 1970. */
  readonly from: number;
  readonly count: number;
}

/** The slices that hold all of a stretch of time, both ends included: milliseconds since 1970. */
export function coverTime<G extends RowGrain>(grain: G, from: number, to: number): Slices<G> {
  const length = grainMs[grain];
  const [first, last] = [Math.floor(from / length), Math.floor(to / length)];
  return { grain, from: first * length, count: last - first + 1 };
}

/** When the slice with a number begins, from 0: ISO-8601 in UTC. That after the last one begins when the series ends. */
export const startOf = ({ grain, from }: Slices<RowGrain>, index: number): string =>
  new Date(from + index * grainMs[grain]).toISOString();

/** The number of the slice that begins then: milliseconds since 1970. */
export const indexOf = ({ grain, from }: Slices<RowGrain>, at: number): number =>
  Math.round((at - from) / grainMs[grain]);

/** The condition on when the slice of a tally's row begins. */
export function whenIn(where: Conditions, { grain, from, count }: Slices<RowGrain>, column: string): void {
  // By seconds, since a text of a year with five digits is none that PostgreSQL reads.
  const moment = (ms: number): string => `to_timestamp(${where.param(ms / 1_000)}::float8)`;
  where.and(`${column} >= ${moment(from)} AND ${column} < ${moment(from + count * grainMs[grain])}`);
}
