import type { Pool, Queryable, Tx } from '../pool.js';

/**
 * All that a generator reads in one transaction, which only reads and sees one moment however much is loaded meanwhile. The
 * transaction holds a connection, and keeps the server from clearing up rows, from the first result that is asked for
 * until the last one is taken or the reader returns.
 * @param limitMs milliseconds after which a single statement is given up by the database: SQLSTATE 57014
 */
export async function* readSnapshot<T>(
  pool: Pool,
  limitMs: number,
  read: (tx: Tx) => AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  const client = await pool.connect();
  let failure: Error | undefined;
  const broken = (error: Error): void => {
    failure ??= error;
  };
  // A connection that breaks while it is checked out emits an error besides rejecting the query under way.
  client.on('error', broken);
  try {
    await beginSnapshot(client, limitMs);
    yield* read(client);
  } finally {
    // Nothing was written, so there is nothing to commit.
    await client.query('ROLLBACK').catch(broken);
    client.off('error', broken);
    client.release(failure);
  }
}

/** Begins a transaction that only reads and sees one moment. */
export async function beginSnapshot(client: Queryable, limitMs: number): Promise<void> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  await client.query(`SET LOCAL statement_timeout = ${Math.ceil(limitMs)}`);
}

/** A statement whose rows are read a few at a time. */
export interface CursorStatement {
  /** Names the cursor among those that are open in the transaction; an identifier. */
  readonly cursor: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The rows of a statement in its transaction, `count` at a time, each an array of its values. */
export async function* fetchRows<V>(
  tx: Tx,
  { cursor, text, values }: CursorStatement,
  count: number,
): AsyncGenerator<V[][], void, undefined> {
  await tx.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${text}`, [...values]);
  for (;;) {
    const { rows } = await tx.query<V[]>({ text: `FETCH ${count} FROM ${cursor}`, rowMode: 'array' });
    if (rows.length > 0) yield rows;
    if (rows.length < count) break;
  }
  await tx.query(`CLOSE ${cursor}`);
}
