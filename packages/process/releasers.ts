/** Gives back what one `add` took: closes a pool, stops a server. Called at most once; a promise is awaited. */
export type Release = () => unknown;

/**
 * The clean-up of a process or a part of it. Each resource is registered where it is opened and released in reverse
 * order, so nothing is closed while something opened later may still use it.
 */
export interface Releasers {
  /**
   * Registers a clean-up. When the release has already been asked for (a stop during the start) it is still carried
   * out: before the others if they are not all done, else at once.
   */
  add(name: string, release: Release): void;
  /**
   * Releases everything, one after the other. Calling it again gives the same promise. All clean-ups run even when
   * one fails.
   * @throws AggregateError naming what failed, after all have run
   */
  release(): Promise<void>;
  /** Names of what is not yet released, last registered first: what a stop that takes too long is waiting for. */
  pending(): string[];
}

export function createReleasers(): Releasers {
  const stack: { name: string; release: Release }[] = [];
  const failures: Error[] = [];
  let current: string | undefined;
  let releasing: Promise<void> | undefined;
  let finished = false;

  async function drain(): Promise<void> {
    for (let entry = stack.pop(); entry; entry = stack.pop()) {
      current = entry.name;
      try {
        await entry.release();
      } catch (cause) {
        failures.push(new Error(`${entry.name} could not be released: ${String(cause)}`, { cause }));
      }
      current = undefined;
    }
  }

  async function releaseAll(): Promise<void> {
    await drain();
    finished = true;
    if (failures.length > 0) throw new AggregateError(failures, failures.map(({ message }) => message).join('; '));
  }

  return {
    add(name, release) {
      stack.push({ name, release });
      if (finished) void drain();
    },
    release() {
      releasing ??= releaseAll();
      return releasing;
    },
    pending() {
      const waiting = stack.map(({ name }) => name).reverse();
      return current === undefined ? waiting : [current, ...waiting];
    },
  };
}
