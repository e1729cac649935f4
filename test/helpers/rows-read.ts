import type pg from 'pg';

/** Rows of a table that the statements of `work` read, by the server's own count. */
export async function rowsRead(
  client: pg.PoolClient,
  work: () => Promise<unknown>,
  table: 'ops.file' | 'ops.run' = 'ops.file',
): Promise<number> {
  const read = async (): Promise<number> => {
    await client.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await client.query<{ tuples: string }>(
      `SELECT seq_tup_read + idx_tup_fetch AS tuples FROM pg_stat_user_tables WHERE relid = $1::regclass`,
      [table],
    );
    return Number(rows[0]?.tuples);
  };
  const before = await read();
  await work();
  return (await read()) - before;
}
