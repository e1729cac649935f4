import type { Queryable } from './pool.js';

/** Records who logged in, and after how many seconds the session ends; the database's clock alone decides that. */
export async function insertSession(db: Queryable, id: Buffer, address: string, seconds: number): Promise<void> {
  await db.query(
    `WITH ended AS (DELETE FROM ops.session WHERE expires_at <= now())
     INSERT INTO ops.session (id, address, expires_at) VALUES ($1, $2, now() + $3 * interval '1 second')`,
    [id, address, seconds],
  );
}

export async function hasSession(db: Queryable, id: Buffer): Promise<boolean> {
  const { rowCount } = await db.query('SELECT FROM ops.session WHERE id = $1 AND expires_at > now()', [id]);
  return rowCount === 1;
}

/** Of these sessions, those that have not ended; ids in hexadecimal digits. */
export async function findSessions(db: Queryable, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT encode(id, 'hex') AS id FROM ops.session
     WHERE id = ANY (SELECT decode(each, 'hex') FROM unnest($1::text[]) each) AND expires_at > now()`,
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Ends a session in every process at once. @returns whether there was one */
export async function deleteSession(db: Queryable, id: Buffer): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM ops.session WHERE id = $1', [id]);
  return rowCount === 1;
}
