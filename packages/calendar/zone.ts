import { CronDate } from 'cron-parser';

/** How far a time zone's clocks may be apart before and after one change: a day, as in Samoa in 2011. */
const aroundMs = 86_400_000;

/**
 * A wall clock's reading, as the milliseconds since 1970-01-01T00:00 at which a clock of UTC reads the same. So days and
 * hours can be counted on without a thought of zones.
 */
export type Wall = number;

/** A time zone. */
export interface Zone {
  /** Milliseconds by which its clocks are ahead of UTC at an instant. */
  offset(instant: number): number;
  /**
   * The instant at which its clocks read this. Of a reading that comes twice (clocks are set back) it is the first; of one
   * that never comes (clocks are set forward) it is the moment at which they are set.
   */
  instantOf(wall: Wall): number;
  /** The first instant of a span at which the offset is another than before it. @returns undefined when it is none */
  changeWithin(from: number, to: number): number | undefined;
}

/** Whether there is such a zone, by its IANA name. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** @param name for which `isZone` holds */
export function openZone(name: string): Zone {
  const offset = (instant: number): number => {
    // As a Date: the library takes the number 0 for no time at all.
    const local = new CronDate(new Date(instant), name);
    const wall = Date.UTC(
      local.getFullYear(),
      local.getMonth(),
      local.getDate(),
      local.getHours(),
      local.getMinutes(),
      local.getSeconds(),
      local.getMilliseconds(),
    );
    return wall - instant;
  };
  const changeWithin = (from: number, to: number): number | undefined => {
    const before = offset(from);
    if (offset(to) === before) return undefined;
    let [low, high] = [from, to];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  };
  return {
    offset,
    changeWithin,
    instantOf(wall) {
      const offsets = [offset(wall - aroundMs), offset(wall + aroundMs)];
      const matching = offsets.map((each) => wall - each).filter((instant) => instant + offset(instant) === wall);
      if (matching.length > 0) return Math.min(...matching);
      const latest = wall - Math.min(...offsets);
      return changeWithin(wall - Math.max(...offsets) - 1, latest) ?? latest;
    },
  };
}
