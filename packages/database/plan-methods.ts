import type { Tx } from './pool.js';

/** Ways of executing a query that PostgreSQL can be told to avoid: its settings `enable_…`. */
export type PlanMethod = 'nestloop' | 'sort';

/**
 * Does a part of a transaction whose queries avoid some ways of being executed. What the transaction does after that, such as the
 * end of its attempt, is planned as usual: without nested loops that one would read all runs there are.
 */
export async function avoiding<T>(tx: Tx, methods: readonly PlanMethod[], work: () => Promise<T>): Promise<T> {
  const set = (value: string): string => methods.map((method) => `SET LOCAL enable_${method} = ${value}`).join('; ');
  await tx.query(set('off'));
  const done = await work();
  // Not after a failure: that ends the transaction, and the settings with it.
  await tx.query(set('DEFAULT'));
  return done;
}
