import { type Static, Type } from 'typebox';
import { coverTime, type Grain, grains, type Slices, startOf } from '#database/queries/slices.js';
import { unprocessable } from './problem.js';
import { Instant, TimeBound } from './schemas.js';
import { readInstants } from './time-range.js';

/** Slices of an answer. */
const maxSlices = 500;
/** Up to so many hours `auto` means hours, else days. */
const maxAutoHours = 8 * 24;
const [hourMs, dayMs] = [3_600_000, 86_400_000];
/** How much time is answered for when the request has no `from`. */
const usualMs = { hour: 24 * hourMs, auto: 24 * hourMs, day: 30 * dayMs } as const;

/** Which slices of time are asked for. */
export const sliceFields = {
  from: TimeBound('The first slice has this time; a day before `to`, or 30 with the grain day, if not given'),
  to: TimeBound('The last slice has this time; now if not given'),
  grain: Type.Optional(
    Type.Enum(['auto', ...grains], {
      default: 'auto',
      description: `Slices are whole hours or days of UTC, at most ${maxSlices}; auto: hours up to ${maxAutoHours / 24} days, else days`,
    }),
  ),
};

/** What an answer says of its slices. */
export const sliceSchemas = {
  grain: Type.Enum([...grains]),
  slices: Type.Array(Instant, { description: 'When each slice begins; empty ones are there as well' }),
  end: Type.String({ ...Instant, description: 'When the last slice ends' }),
};

/** The same, filled in. */
export const showSlices = (slices: Slices): { grain: Grain; slices: string[]; end: string } => ({
  grain: slices.grain,
  slices: Array.from({ length: slices.count }, (_, index) => startOf(slices, index)),
  end: startOf(slices, slices.count),
});

const Fields = Type.Object(sliceFields);

/**
 * The slices that a request asks for.
 * @throws HttpProblem 422 naming what is no time, or that there would be none or too many
 */
export function readSlices(query: Static<typeof Fields>, now = Date.now()): Slices {
  const { grain = 'auto' } = query;
  const bounds = readInstants(query);
  const to = bounds.to === undefined ? now : Date.parse(bounds.to);
  const from = bounds.from === undefined ? to - usualMs[grain] : Date.parse(bounds.from);
  if (from > to) {
    throw unprocessable([{ path: 'from', message: `must not be later than ${new Date(to).toISOString()}, the end` }]);
  }
  const slices = grain === 'auto' ? chooseSlices(from, to) : coverTime(grain, from, to);
  if (slices.count <= maxSlices) return slices;
  const advice = slices.grain === 'hour' ? 'ask for days or for a shorter time' : 'ask for a shorter time';
  const message = `must lead to at most ${maxSlices} slices; got ${slices.count} of ${grainWords[slices.grain]}: ${advice}`;
  throw unprocessable([{ path: 'from', message }]);
}

const grainWords: Readonly<Record<Grain, string>> = { hour: 'an hour', day: 'a day' };

function chooseSlices(from: number, to: number): Slices {
  const hours = coverTime('hour', from, to);
  return hours.count <= maxAutoHours + 1 ? hours : coverTime('day', from, to);
}
