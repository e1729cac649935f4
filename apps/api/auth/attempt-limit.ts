/** Slows down guessing: so many failures of one address within the window, then none are heard until it has passed. */
export interface AttemptLimit {
  /** Seconds until this address is heard again; 0 when it is heard now. */
  waitSeconds(address: string): number;
  failed(address: string): void;
  succeeded(address: string): void;
}

/** A guesser with many addresses must not fill the memory. */
const mostAddresses = 10_000;

export function limitAttempts(most: number, windowMs: number, now: () => number = Date.now): AttemptLimit {
  const failures = new Map<string, { count: number; until: number }>();
  const current = (address: string) => {
    const entry = failures.get(address);
    return entry && entry.until > now() ? entry : undefined;
  };
  return {
    waitSeconds(address) {
      const entry = current(address);
      return entry && entry.count >= most ? Math.ceil((entry.until - now()) / 1000) : 0;
    },
    failed(address) {
      const count = (current(address)?.count ?? 0) + 1;
      failures.delete(address);
      failures.set(address, { count, until: now() + windowMs });
      for (const oldest of failures.keys()) {
        if (failures.size <= mostAddresses) break;
        failures.delete(oldest);
      }
    },
    succeeded(address) {
      failures.delete(address);
    },
  };
}
