import { type Static, Type } from 'typebox';
import {
  coverTime,
  type Grain,
  grains,
  type RowGrain,
  rowGrains,
  type Slices,
  startOf,
} from '#database/queries/slices.js';
import { unprocessable } from './problem.js';
import { Instant, TimeBound } from './schemas.js';
import { readInstants } from './time-range.js';

/** Slices of an answer. */
const maxSlices = 500;
const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
/** Up to so much time `auto` means slices of this length, if there are such. */
const maxAutoMs: Readonly<Record<RowGrain, number>> = { minute: 8 * hourMs, hour: 8 * dayMs, day: Infinity };
/** How much time is answered for when the request has no `from`. */
const usualMs = { minute: 2 * hourMs, hour: dayMs, auto: dayMs, day: 30 * dayMs } as const;
const grainMs: Readonly<Record<RowGrain, number>> = { minute: minuteMs, hour: hourMs, day: dayMs };

/** Which slices of time are asked for. */
export const sliceFields = {
  from: TimeBound('The first slice has this time; a day before `to`, or 30 with the grain day, if not given'),
  to: TimeBound('The last slice has this time; now if not given'),
  grain: Type.Optional(
    Type.Enum(['auto', ...grains], {
      default: 'auto',
      description: `Slices are whole hours or days of UTC, at most ${maxSlices}; auto: hours up to 8 days, else days`,
    }),
  ),
};

/** The same of a series that is counted from rows. */
export const rowSliceFields = {
  from: TimeBound(
    'The first slice has this time; a day before `to`, 30 with the grain day, two hours with minute, if not given',
  ),
  to: TimeBound('The last slice has this time; that of the latest row if not given, or now when `from` is later'),
  grain: Type.Optional(
    Type.Enum(['auto', ...rowGrains], {
      default: 'auto',
      description: `Slices are whole minutes, hours or days of UTC, at most ${maxSlices}; auto: minutes up to 8 hours, hours up to 8 days, else days`,
    }),
  ),
};

const shared = {
  slices: Type.Array(Instant, { description: 'When each slice begins; empty ones are there as well' }),
  end: Type.String({ ...Instant, description: 'When the last slice ends' }),
};

/** What an answer says of its slices. */
export const sliceSchemas = { grain: Type.Enum([...grains]), ...shared };

/** The same of a series that is counted from rows. */
export const rowSliceSchemas = { grain: Type.Enum([...rowGrains]), ...shared };

/** The same, filled in. */
export const showSlices = <G extends RowGrain>(slices: Slices<G>): { grain: G; slices: string[]; end: string } => ({
  grain: slices.grain,
  slices: Array.from({ length: slices.count }, (_, index) => startOf(slices, index)),
  end: startOf(slices, slices.count),
});

interface SliceQuery<G extends RowGrain> {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly grain?: G | 'auto' | undefined;
}

const Fields = Type.Object(sliceFields);
const RowFields = Type.Object(rowSliceFields);

/**
 * The slices that a request asks for.
 * @throws HttpProblem 422 naming what is no time, or that there would be none or too many
 */
export const readSlices = (query: Static<typeof Fields>, now = Date.now()): Slices<Grain> =>
  readCovering(query, grains, now);

/** The same of a series that is counted from rows. @param latest when its latest row was: milliseconds since 1970 */
export function readRowSlices(
  query: Static<typeof RowFields>,
  latest: number | undefined,
  now = Date.now(),
): Slices<RowGrain> {
  const { from } = readInstants(query);
  const isBehind = latest === undefined || (from !== undefined && Date.parse(from) > latest);
  return readCovering(query, rowGrains, isBehind ? now : latest);
}

function readCovering<G extends RowGrain>(query: SliceQuery<G>, offered: readonly G[], end: number): Slices<G> {
  const { grain = 'auto' } = query;
  const bounds = readInstants(query);
  const to = bounds.to === undefined ? end : Date.parse(bounds.to);
  const from = bounds.from === undefined ? to - usualMs[grain] : Date.parse(bounds.from);
  if (from > to) {
    throw unprocessable([{ path: 'from', message: `must not be later than ${new Date(to).toISOString()}, the end` }]);
  }
  const slices = grain === 'auto' ? chooseSlices(offered, from, to) : coverTime(grain, from, to);
  if (slices.count <= maxSlices) return slices;
  const advice =
    slices.grain === 'day' ? 'ask for a shorter time' : 'ask for longer slices (grain) or for a shorter time';
  const message = `must lead to at most ${maxSlices} slices; got ${slices.count} of ${grainWords[slices.grain]}: ${advice}`;
  throw unprocessable([{ path: 'from', message }]);
}

const grainWords: Readonly<Record<RowGrain, string>> = { minute: 'a minute', hour: 'an hour', day: 'a day' };

/** The shortest ones that are not too many; those at both ends may lie in the time with a part only. */
function chooseSlices<G extends RowGrain>(offered: readonly G[], from: number, to: number): Slices<G> {
  const all = offered.map((grain) => coverTime(grain, from, to));
  const fitting = all.find(({ grain, count }) => count <= maxAutoMs[grain] / grainMs[grain] + 1);
  if (fitting === undefined) throw new RangeError('expected days among the slices that are offered');
  return fitting;
}
