import { setTimeout } from 'node:timers/promises';

/** Work that is done again and again. */
export interface Repeated {
  /** Waits for the time that is under way and does it no more. */
  stop(): Promise<void>;
}

/**
 * Does `work` at once and then again `intervalMs` after each end, or what it gives then; never twice at a time. A failure
 * is reported and does not end the repetition.
 */
export function every(
  intervalMs: number | (() => number),
  work: () => Promise<unknown>,
  onError: (error: unknown) => void,
): Repeated {
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await work();
      } catch (error) {
        onError(error);
      }
      const waitMs = typeof intervalMs === 'number' ? intervalMs : intervalMs();
      await setTimeout(waitMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const running = loop();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
