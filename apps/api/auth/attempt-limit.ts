import { networkOf } from './client.js';

/** Slows down guessing: after too many failures of one address within the window it has to wait until that has passed. */
export interface AttemptLimit {
  /** Seconds until this address is heard again; 0 when it is heard now. */
  waitSeconds(address: string): number;
  failed(address: string): void;
  succeeded(address: string): void;
}

/** A guesser with many addresses must not fill the memory. */
const maxAddresses = 10_000;

/** @param now milliseconds of a clock that never goes back */
export function limitAttempts(
  most: number,
  windowMs: number,
  now: () => number = () => performance.now(),
): AttemptLimit {
  const failures = new Map<string, { count: number; until: number }>();
  const current = (key: string) => {
    const entry = failures.get(key);
    return entry && entry.until > now() ? entry : undefined;
  };
  return {
    waitSeconds(address) {
      const entry = current(networkOf(address));
      return entry && entry.count >= most ? Math.ceil((entry.until - now()) / 1000) : 0;
    },
    failed(address) {
      const key = networkOf(address);
      const count = (current(key)?.count ?? 0) + 1;
      failures.delete(key);
      failures.set(key, { count, until: now() + windowMs });
      for (const oldest of failures.keys()) {
        if (failures.size <= maxAddresses) break;
        failures.delete(oldest);
      }
    },
    succeeded(address) {
      failures.delete(networkOf(address));
    },
  };
}
