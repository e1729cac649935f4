import { setTimeout as pause } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds after which the wait fails; 30 s if not given. */
  readonly deadlineMs?: number;
  /** What was there instead, for the error. */
  show?(): Promise<string>;
}

/** Between two looks, in milliseconds. */
const intervalMs = 40;

/**
 * Waits until `look` finds something and gives that back; looks again and again, because a database notifies nobody
 * when a state is reached.
 * @param what the awaited state in words, for the error
 * @throws Error when the deadline passes
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined>,
  options: WaitOptions = {},
): Promise<T> {
  const deadlineMs = options.deadlineMs ?? 30_000;
  const end = performance.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) {
      const instead = options.show ? `; instead:\n${await options.show()}` : '';
      throw new Error(`waited ${deadlineMs} ms, and this did not happen: ${what}${instead}`);
    }
    await pause(intervalMs);
  }
}
