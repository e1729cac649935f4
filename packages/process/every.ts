/** Work that is done again and again. */
export interface Repeated {
  /** Does it now, or right after the time that is under way. */
  nudge(): void;
  /** Waits for the time that is under way and does it no more. */
  stop(): Promise<void>;
}

/**
 * Does `work` at once and then again `intervalMs` after each end, never twice at a time. A failure is told and does
 * not end the repetition.
 */
export function every(intervalMs: number, work: () => Promise<unknown>, onError: (error: unknown) => void): Repeated {
  let stopped = false;
  let nudged = false;
  let wake: (() => void) | undefined;

  const pause = async (): Promise<void> => {
    if (stopped || nudged) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, intervalMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    wake = undefined;
  };
  const loop = async (): Promise<void> => {
    while (!stopped) {
      nudged = false;
      try {
        await work();
      } catch (error) {
        onError(error);
      }
      await pause();
    }
  };
  const running = loop();
  return {
    nudge() {
      nudged = true;
      wake?.();
    },
    async stop() {
      stopped = true;
      wake?.();
      await running;
    },
  };
}
