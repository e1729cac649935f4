import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How a process is, since the look before where that says something. */
export interface Vitals {
  /** Bytes of memory that the process has. */
  readonly rss: number;
  /** Bytes of them that are objects of JavaScript. */
  readonly heap: number;
  /** Milliseconds by which the event loop was late, the 99th percentile; null when it did not turn. */
  readonly loopDelayMs: number | null;
  /** Cores that it used: 1 is one core all the time. */
  readonly cpu: number;
}

/**
 * Between two looks at the event loop, in milliseconds. The looks cost nothing that can be measured; what they find contains
 * this interval, which is taken off.
 */
const lookMs = 20;

/** Looks at this process from now on. @returns gives what was found since it was last asked */
export function watchVitals(): { take(): Vitals; close(): void } {
  const delay = monitorEventLoopDelay({ resolution: lookMs });
  delay.enable();
  let used = process.cpuUsage();
  let at = performance.now();
  return {
    take() {
      const now = performance.now();
      const { user, system } = process.cpuUsage(used);
      const loopDelayMs = delay.count === 0 ? null : Math.max(0, delay.percentile(99) / 1e6 - lookMs);
      const cpu = (user + system) / 1e3 / Math.max(1, now - at);
      used = process.cpuUsage();
      at = now;
      delay.reset();
      const { rss, heapUsed: heap } = process.memoryUsage();
      return { rss, heap, loopDelayMs, cpu };
    },
    close: () => void delay.disable(),
  };
}
