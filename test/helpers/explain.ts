import type { Pool } from '#database/pool.js';

/** How the server would answer a statement that was sent. */
export interface Explained {
  readonly text: string;
  readonly plan: string;
}

/**
 * Runs work with a pool that notes its SELECTs, and asks the server how it answers each of them, with the values it was
 * given. `settings` are the session's when the statements were sent.
 */
export async function explainAll(
  pool: Pool,
  work: (noting: Pool) => Promise<unknown>,
  settings = '',
): Promise<Explained[]> {
  const sent: { text: string; values: unknown[] }[] = [];
  const noting: Pool = Object.create(pool);
  const connect = async () => {
    const client = await pool.connect();
    const query: unknown = Reflect.get(client, 'query');
    const own = Object.create(client);
    own.query = (text: string, values: unknown[] = []) => {
      if (/^\s*(SELECT|WITH)\b/.test(text)) sent.push({ text, values });
      if (typeof query !== 'function') throw new Error('expected a client with a query');
      return Reflect.apply(query, client, [text, values]);
    };
    own.release = (error?: Error) => client.release(error);
    return own;
  };
  Object.defineProperty(noting, 'connect', { value: connect });
  await work(noting);
  const explained: Explained[] = [];
  const client = await pool.connect();
  try {
    await client.query(`BEGIN; ${settings}`);
    for (const { text, values } of sent) {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${text}`, values);
      explained.push({ text, plan: rows.map((row) => row['QUERY PLAN']).join('\n') });
    }
    await client.query('ROLLBACK');
  } finally {
    client.release();
  }
  return explained;
}
