const minutesPerDay = 1440;
const msPerMinute = 60_000;
/** Most ranges in an answer. */
const maxRanges = 100;

/** Minutes without a row. */
export interface MissingMinutes {
  /** The first and the last minute that were looked at, `2023-01-01T00:00:00`; null when there is none. */
  readonly from: string | null;
  readonly to: string | null;
  readonly minutes: number;
  /** Ascending, the first ones; both ends are missing minutes. */
  readonly ranges: readonly { readonly from: string; readonly to: string; readonly minutes: number }[];
  /** Ranges that are left out there. */
  readonly omitted: number;
}

/** The minutes of a day that have rows, the first one first, as zeros and ones; null when all have. */
interface DayMinutes {
  readonly day: string;
  readonly bits: string | null;
}

/**
 * The minutes without a row between the first and the last one with rows, or between the ends of the days asked for.
 * @param days ascending
 * @param hasZone whether the times are instants, which are shown in UTC with a `Z`
 */
export function missingMinutes(
  days: readonly DayMinutes[],
  range: { readonly from?: string | undefined; readonly to?: string | undefined },
  hasZone = false,
): MissingMinutes {
  const text = (minute: number): string =>
    `${new Date(minute * msPerMinute).toISOString().slice(0, 19)}${hasZone ? 'Z' : ''}`;
  const ranges: MissingMinutes['ranges'][number][] = [];
  let [minutes, omitted] = [0, 0];
  const first = range.from === undefined ? undefined : firstMinuteOf(range.from);
  let next = first;
  let begin = first;
  const skip = (end: number): void => {
    if (next === undefined || end < next) return;
    minutes += end - next + 1;
    if (ranges.length < maxRanges) ranges.push({ from: text(next), to: text(end), minutes: end - next + 1 });
    else omitted += 1;
  };
  for (const { day, bits } of days) {
    const midnight = firstMinuteOf(day);
    for (const [from, to] of runsOf(bits)) {
      begin ??= midnight + from;
      skip(midnight + from - 1);
      next = midnight + to + 1;
    }
  }
  const last = range.to === undefined ? undefined : firstMinuteOf(range.to) + minutesPerDay - 1;
  if (last !== undefined) skip(last);
  const end = last ?? (days.length === 0 ? undefined : (next ?? 0) - 1);
  if (begin === undefined || end === undefined) return { from: null, to: null, minutes: 0, ranges: [], omitted: 0 };
  return { from: text(begin), to: text(end), minutes, ranges, omitted };
}

/** The first and last positions of each run of ones. */
function* runsOf(bits: string | null): Generator<readonly [number, number]> {
  if (bits === null) {
    yield [0, minutesPerDay - 1];
    return;
  }
  for (let from = bits.indexOf('1'); from >= 0; ) {
    const end = bits.indexOf('0', from);
    yield [from, (end < 0 ? bits.length : end) - 1];
    from = end < 0 ? -1 : bits.indexOf('1', end);
  }
}

/** Since 1970-01-01 00:00. */
const firstMinuteOf = (day: string): number => new Date(`${day}T00:00:00Z`).getTime() / msPerMinute;
