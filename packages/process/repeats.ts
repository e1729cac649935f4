/** Writes what a held-back line is replaced by: the line once more, with how often it came. */
export type WriteCount = (times: number, seconds: number) => void;

export interface Repeats {
  /**
   * Whether a line is to be written now. One that equals a line of the last seconds is not: it is counted, and the
   * count is written when these seconds are over.
   * @param line what distinguishes it from others, without its time
   */
  isNew(line: string, writeCount: WriteCount): boolean;
  /** Writes the counts that are waiting, for example before the process ends. */
  flush(): void;
}

/** How long equal lines are counted: longer each time, while they go on. In milliseconds. */
const firstWindowMs = 10_000;
const longestWindowMs = 60_000;

/** Different lines whose repetitions are counted at a time; those beyond are written as they come. */
const maxLines = 200;

interface Window {
  readonly timer: NodeJS.Timeout;
  writeCount: WriteCount;
  repeated: number;
}

/** Keeps equal lines from flooding a log: when something is away, many ask for it several times a second. */
export function countRepeats(): Repeats {
  const windows = new Map<string, Window>();

  const open = (line: string, writeCount: WriteCount, ms: number): void => {
    const timer = setTimeout(() => {
      const window = windows.get(line);
      windows.delete(line);
      if (!window || window.repeated === 0) return;
      window.writeCount(window.repeated, ms / 1000);
      open(line, window.writeCount, Math.min(longestWindowMs, ms * 2));
    }, ms);
    timer.unref();
    windows.set(line, { timer, writeCount, repeated: 0 });
  };
  return {
    isNew(line, writeCount) {
      const window = windows.get(line);
      if (window) {
        window.repeated += 1;
        window.writeCount = writeCount;
        return false;
      }
      if (windows.size < maxLines) open(line, writeCount, firstWindowMs);
      return true;
    },
    flush() {
      for (const { timer, repeated, writeCount } of windows.values()) {
        clearTimeout(timer);
        if (repeated > 0) writeCount(repeated, 0);
      }
      windows.clear();
    },
  };
}
