/** Measures for how long things have stood still, by this process's own clock. */
export interface Standstill {
  /**
   * Notes what a thing looks like now.
   * @returns for how many milliseconds it has looked the same, 0 at the first look and after a change
   */
  observe(thing: string, mark: string): number;
  /** Forgets what was not observed since the last sweep. */
  sweep(): void;
}

interface Observed {
  readonly mark: string;
  readonly since: number;
  readonly last: number;
}

/**
 * For watching counters of other processes. Wall clocks of several moments or machines are never compared: a clock that
 * is set must change nothing.
 * @param maxGapMs a longer pause between two looks begins anew: the observer slept, or could not look, and what it
 * watches may have moved or been unable to
 * @param now milliseconds of a clock that only goes forward
 */
export function watchStandstill(maxGapMs: number, now: () => number = () => performance.now()): Standstill {
  let observed = new Map<string, Observed>();
  let kept = new Map<string, Observed>();
  return {
    observe(thing, mark) {
      const before = kept.get(thing) ?? observed.get(thing);
      const last = now();
      const isSame = before !== undefined && before.mark === mark && last - before.last <= maxGapMs;
      const since = isSame ? before.since : last;
      kept.set(thing, { mark, since, last });
      return last - since;
    },
    sweep() {
      observed = kept;
      kept = new Map();
    },
  };
}
