/** A range of time in UTC, ISO-8601 with microseconds; both ends belong to it, and an absent one does not matter. */
interface Edge {
  readonly from: string;
  readonly to: string;
}

/** A range of minutes, by their first moments. */
interface Minutes {
  readonly from: string | undefined;
  readonly before: string | undefined;
}

/** A range as the minutes that lie in it as a whole, and what is left at its ends; at most one and two of them. */
export interface WholeMinutes {
  readonly whole: readonly Minutes[];
  readonly edges: readonly Edge[];
}

const firstMoment = ':00.000000Z';
const lastMoment = ':59.999999Z';
const minuteMs = 60_000;

/** `2024-07-18T06:05` of a time. */
const minuteOf = (time: string): string => time.slice(0, 16);

/** The minute behind a minute. */
const next = (minute: string): string => new Date(Date.parse(`${minute}:00Z`) + minuteMs).toISOString().slice(0, 16);

/** @param from and `to`, like `2024-07-18T06:05:12.000000Z` */
export function wholeMinutes(from: string | undefined, to: string | undefined): WholeMinutes {
  const isWholeAtStart = from === undefined || from.endsWith(firstMoment);
  const isWholeAtEnd = to === undefined || to.endsWith(lastMoment);
  const first = from === undefined ? undefined : isWholeAtStart ? minuteOf(from) : next(minuteOf(from));
  const before = to === undefined ? undefined : isWholeAtEnd ? next(minuteOf(to)) : minuteOf(to);
  // Both ends in one minute, or the wrong way round.
  if (from !== undefined && to !== undefined && String(first) > String(before))
    return { whole: [], edges: [{ from, to }] };
  const edges: Edge[] = [];
  if (from !== undefined && !isWholeAtStart) edges.push({ from, to: minuteOf(from) + lastMoment });
  if (to !== undefined && !isWholeAtEnd) edges.push({ from: minuteOf(to) + firstMoment, to });
  const start = (minute: string | undefined) => minute && minute + firstMoment;
  const isEmpty = first !== undefined && first === before;
  return { whole: isEmpty ? [] : [{ from: start(first), before: start(before) }], edges };
}
