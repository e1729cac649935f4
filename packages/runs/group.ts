import { isConnectionError } from '#database/error-kinds.js';

/** How things that are asked for at about the same time are done together. */
export interface Grouping<I, O> {
  /** Does all at once, or nothing. @returns in the order of `items`; undefined for one that is to be done alone */
  together(items: readonly I[]): Promise<readonly (O | undefined)[]>;
  /** Does one that cannot be done with others, or whose group was refused. */
  alone(item: I): Promise<O>;
  /** Bytes of an item, about; a large one is done alone. */
  bytes?(item: I): number;
}

/** Most items of one group. */
const maxItems = 256;
/** Bytes from which an item is done alone, so that it does not hold up others. */
const largeBytes = 64 * 1024;

interface Asked<I, O> {
  readonly item: I;
  resolve(result: O | PromiseLike<O>): void;
  reject(error: unknown): void;
}

/**
 * Makes a function that does what it is asked for together with what else is asked for meanwhile: at once when nothing
 * is under way, else when that has ended. So one who is alone does not wait, and the busier it is the larger the groups
 * grow. An item that spoils its group harms only itself: each of the group is then done alone.
 */
export function inGroups<I, O>({ together, alone, bytes = () => 0 }: Grouping<I, O>): (item: I) => Promise<O> {
  const waiting: Asked<I, O>[] = [];
  let isBusy = false;

  const doGroup = async (group: readonly Asked<I, O>[]): Promise<void> => {
    try {
      const results = await together(group.map(({ item }) => item));
      for (const [index, asked] of group.entries()) {
        const result = results[index];
        asked.resolve(result === undefined ? alone(asked.item) : result);
      }
    } catch (error) {
      const lone = group.length === 1 || isConnectionError(error);
      for (const asked of group) {
        if (lone) asked.reject(error);
        else asked.resolve(alone(asked.item));
      }
    }
  };
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) await doGroup(waiting.splice(0, maxItems));
    isBusy = false;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      if (bytes(item) > largeBytes) return resolve(alone(item));
      waiting.push({ item, resolve, reject });
      if (isBusy) return;
      isBusy = true;
      // What this turn of the event loop asks for goes with it.
      setImmediate(() => void drain());
    });
}
