import type { Wall, Zone } from './zone.js';

/** A cron expression as it is counted: its times of day, and its days by their first times. */
export interface CountedTimes {
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
  /** The first clock reading after a given one. */
  next(after: Wall): Wall | undefined;
  /** Whether it is about hours that pass; see `cronTimes`. */
  readonly isPassingHours: boolean;
}

const dayMs = 86_400_000;

/**
 * Counts the slots of a cron expression without going through them: each day that fits has all its times of day, so only the days are
 * looked for, and what the clocks' changes add or take away. An expression for every second has 86,400 slots a day.
 * @returns counts the slots of a span, both ends included, of which at most one change of the clocks is part
 */
export function countTimes(times: CountedTimes, zone: Zone): (from: number, to: number) => number {
  const countWalls = wallCounter(times);
  return (from, to) => {
    let count = 0;
    let start = from;
    while (start <= to) {
      const offset = zone.offset(start);
      const change = zone.changeWithin(start, to);
      const end = change === undefined ? to : change - 1;
      const first = start + offset;
      count += countWalls(times.isPassingHours ? first : newReadingsFrom(zone, start, first), end + offset);
      if (!times.isPassingHours) count += countLeftOut(countWalls, zone, start);
      if (change === undefined) break;
      start = change;
    }
    return count;
  };
}

/** Where clocks were set back lately, the readings that come a second time are no slots: from which one they are new. */
function newReadingsFrom(zone: Zone, start: number, reading: Wall): Wall {
  const earlier = zone.instantOf(reading);
  if (earlier >= start) return reading;
  const change = zone.changeWithin(earlier, start) ?? start;
  return change + zone.offset(earlier);
}

/** 1 where the clocks are set forward at `start` over times of the expression, unless the reading after that is one itself. */
function countLeftOut(countWalls: (from: Wall, to: Wall) => number, zone: Zone, start: number): number {
  const [before, after] = [zone.offset(start - 1), zone.offset(start)];
  if (after <= before || countWalls(start + after, start + after) > 0) return 0;
  return countWalls(start + before, start + after - 1) > 0 ? 1 : 0;
}

/** Counts clock readings, both ends included. */
function wallCounter({ hours, minutes, seconds, next }: CountedTimes): (from: Wall, to: Wall) => number {
  /** How many times of day are not later than one, in milliseconds since midnight. */
  const countUntil = (time: number): number => {
    if (time < 0) return 0;
    const second = Math.floor(time / 1_000);
    const [hour, minute] = [Math.floor(second / 3_600), Math.floor((second % 3_600) / 60)];
    const inMinute = minutes.includes(minute) ? countOf(seconds, (each) => each <= second % 60) : 0;
    const inHour = hours.includes(hour) ? countOf(minutes, (each) => each < minute) * seconds.length + inMinute : 0;
    return countOf(hours, (each) => each < hour) * minutes.length * seconds.length + inHour;
  };
  return (from, to) => {
    let count = 0;
    let reading = from > to ? undefined : next(from - 1);
    while (reading !== undefined && reading <= to) {
      const midnight = Math.floor(reading / dayMs) * dayMs;
      const last = Math.min(to, midnight + dayMs - 1);
      count += countUntil(last - midnight) - countUntil(Math.max(from, midnight) - midnight - 1);
      reading = last < to ? next(last) : undefined;
    }
    return count;
  };
}

const countOf = (values: readonly number[], fits: (value: number) => boolean): number => values.filter(fits).length;
