/** One page of a list, in the list's order. */
export interface Page<T, P> {
  readonly items: T[];
  /** Where the next page starts; undefined at the end. */
  readonly next: P | undefined;
}

/** How much of a list is wanted. `P` is the position of a row in the list's order. */
export interface PageRequest<P> {
  /** Only rows after this position. */
  readonly after?: P | undefined;
  readonly limit: number;
}

/** Makes a page of rows that were asked for with a limit one higher, so that the end is known without a count. */
export function takePage<R, T, P>(
  rows: readonly R[],
  limit: number,
  toItem: (row: R) => T,
  positionOf: (row: R) => P,
): Page<T, P> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return { items: kept.map(toItem), next: rows.length > limit && last !== undefined ? positionOf(last) : undefined };
}

/** All pages of a list, those without items left out. Nothing is held between two of them. */
export async function* eachPage<T, P>(
  read: (after: P | undefined) => Promise<Page<T, P>>,
): AsyncGenerator<T[], void, undefined> {
  let after: P | undefined;
  do {
    const { items, next } = await read(after);
    if (items.length > 0) yield items;
    after = next;
  } while (after !== undefined);
}
