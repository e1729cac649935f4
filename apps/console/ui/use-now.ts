import { useSyncExternalStore } from 'react';

/** A time that goes on at intervals: one timer for all that show it. */
function clockOf(everyMs: number) {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const subscribe = (listener: () => void): (() => void) => {
    listeners.add(listener);
    if (timer === undefined) {
      now = Date.now();
      timer = setInterval(() => {
        now = Date.now();
        for (const each of listeners) each();
      }, everyMs);
    }
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  };
  return { subscribe, read: () => now };
}

const slow = clockOf(5_000);
const quick = clockOf(1_000);

/** The time, in milliseconds, which goes on every five seconds: for how long ago something was. */
export const useNow = (): number => useSyncExternalStore(slow.subscribe, slow.read);

/** The time, in milliseconds, which goes on every second: for what counts up. */
export const useSeconds = (): number => useSyncExternalStore(quick.subscribe, quick.read);
