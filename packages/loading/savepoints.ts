import type { Tx } from '#database/pool.js';

/**
 * Does work behind a savepoint of its own: all of it stays, or nothing.
 * @param otherwise what stands for the work when it failed in this way; undefined: the error ends the transaction
 */
export async function behindSavepoint<T>(
  tx: Tx,
  work: () => Promise<T>,
  otherwise: (error: unknown) => T | undefined,
): Promise<T> {
  await tx.query('SAVEPOINT work');
  try {
    const result = await work();
    await tx.query('RELEASE SAVEPOINT work');
    return result;
  } catch (error) {
    const result = otherwise(error);
    if (result === undefined) throw error;
    await tx.query('ROLLBACK TO SAVEPOINT work');
    await tx.query('RELEASE SAVEPOINT work');
    return result;
  }
}

/** Work on many items at a time that one of them can bring down. */
export interface SharedWork<T, R> {
  together(items: readonly T[]): Promise<R>;
  /** Done instead when `together` was refused, with nothing of it left. */
  oneByOne(items: readonly T[]): Promise<R>;
  /** Whether an error of `together` may be the fault of a single item. */
  isRefusal(error: unknown): error is Error;
  /** Called before `oneByOne`. */
  onRefusal(error: Error): void;
}

/** Does the work on all items together behind a savepoint, and item by item if that is refused (promise 6). */
export async function togetherOrOneByOne<T, R>(tx: Tx, items: readonly T[], work: SharedWork<T, R>): Promise<R> {
  const done = await behindSavepoint<{ readonly result: R } | { readonly refusal: Error }>(
    tx,
    async () => ({ result: await work.together(items) }),
    (error) => (work.isRefusal(error) ? { refusal: error } : undefined),
  );
  if ('result' in done) return done.result;
  work.onRefusal(done.refusal);
  return await work.oneByOne(items);
}
