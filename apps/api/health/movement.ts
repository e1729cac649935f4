import type { SignOfLife } from '#database/queries/liveness.js';

interface Seen {
  readonly mark: string;
  /** When it moved last, by this process's clock; undefined while it has only stood still. */
  readonly movedAt: number | undefined;
}

/**
 * Knows what moved lately by comparing looks, with the clock of this process alone: the clocks of machines may differ, and
 * be set. What stood there at the first look is not known to live until it has moved.
 */
export class Movement {
  #seen: Map<string, Seen> | undefined;
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Notes all that there is now. */
  look(signs: readonly SignOfLife[]): void {
    const now = this.#now();
    const before = this.#seen;
    const movedAt = ({ id, mark }: SignOfLife): number | undefined => {
      const seen = before?.get(id);
      if (seen) return seen.mark === mark ? seen.movedAt : now;
      return before === undefined ? undefined : now;
    };
    this.#seen = new Map(signs.map((sign) => [sign.id, { mark: sign.mark, movedAt: movedAt(sign) }]));
  }

  /** How many of those that were there at the last look moved within some milliseconds. */
  alive(withinMs: number): number {
    const since = this.#now() - withinMs;
    return [...(this.#seen?.values() ?? [])].filter(({ movedAt }) => movedAt !== undefined && movedAt >= since).length;
  }
}
