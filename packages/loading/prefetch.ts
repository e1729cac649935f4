/**
 * Begins work on some items before their turn comes, a few at a time, and hands each out with its result to be.
 * @param depth how many are begun at most
 * @param dispose frees a result, also one that was never asked for; called once its turn is over
 */
export async function* prefetch<T, R>(
  items: readonly T[],
  depth: number,
  begin: (item: T) => Promise<R>,
  dispose: (result: R) => Promise<void>,
): AsyncGenerator<{ readonly item: T; readonly result: Promise<R> }, void, undefined> {
  const begun: { readonly item: T; readonly result: Promise<R> }[] = [];
  let next = 0;
  const fill = (): void => {
    for (; begun.length < depth && next < items.length; next++) {
      const item = items[next];
      if (item === undefined) continue;
      const result = begin(item);
      // A caller that never asks for it does not learn that it failed.
      result.catch(() => {});
      begun.push({ item, result });
    }
  };
  const free = async (result: Promise<R>): Promise<void> => {
    const settled = await result.then(
      (value) => ({ value }),
      () => undefined,
    );
    if (settled) await dispose(settled.value);
  };
  try {
    for (fill(); ; fill()) {
      const [turn] = begun;
      if (!turn) return;
      yield turn;
      begun.shift();
      await free(turn.result);
    }
  } finally {
    for (const { result } of begun) await free(result);
  }
}
