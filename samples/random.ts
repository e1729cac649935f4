/** Repeatable chance: the same seed and purpose give the same sequence. */
export interface Random {
  /** A number from 0 (inclusive) to 1 (exclusive). */
  next(): number;
  /** An integer from `min` to `max`, both inclusive. */
  int(min: number, max: number): number;
  /** One of the items, which must not be none. */
  pick<T>(items: readonly T[]): T;
}

/**
 * A generator of its own for each purpose (for example one per file), so that a file does not depend on how many were
 * made before it. Sequence: Mulberry32 (T. Ettinger, public domain); seeding: FNV-1a over the purpose's text.
 */
export function createRandom(seed: number, purpose: string): Random {
  let state = hash(`${seed}/${purpose}`);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const pick = <T>(items: readonly T[]): T => at(items, int(0, items.length - 1));
  return { next, int, pick };
}

/** The item of an index that wraps around at the end of the list, which must not be empty. */
export function cycle<T>(items: readonly T[], index: number): T {
  return at(items, index % items.length);
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`expected a list with an item ${index}, got ${items.length} items`);
  return item;
}

/** FNV-1a, 32 bits. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value;
}
