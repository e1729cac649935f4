/** When the inbox is scanned. */
export interface ScanPace {
  isDue(): boolean;
  /** Asks for a scan before its time; one that has begun already does not count. */
  soon(): void;
  begin(): void;
  end(): void;
}

/** Regular scans take at most one part in this number of the time. */
const share = 20;

/**
 * Scans every `intervalMs`, but rests after each for twenty times as long as it took, so that an inbox of half a
 * million files does not keep a core busy with looking at what is known. One that is asked for, since events were
 * lost, rests only as long as the last one took.
 * @param now milliseconds of a clock that only goes forward
 */
export function createScanPace(intervalMs: number, now: () => number = () => performance.now()): ScanPace {
  let began = 0;
  let ended = Number.NEGATIVE_INFINITY;
  let took = 0;
  let asked = false;
  return {
    isDue: () => now() - ended >= (asked ? took : Math.max(intervalMs, share * took)),
    soon() {
      asked = true;
    },
    begin() {
      asked = false;
      began = now();
    },
    end() {
      ended = now();
      took = ended - began;
    },
  };
}
