import type { Queryable } from './pool.js';
import { instantSql, shortInstant } from './queries/times.js';

/** What the database knows of a person who is logged in. */
export interface StoredSession {
  /** The person's name; null for who logged in with the token. */
  readonly user: string | null;
  /** When the person logged in, ISO-8601 in UTC. */
  readonly since: string;
  /** When the session ends by itself. */
  readonly until: string;
}

const columns = `user_name AS "user", ${instantSql('created_at')} AS since, ${instantSql('expires_at')} AS until`;
const shown = ({ user, since, until }: StoredSession): StoredSession => ({
  user,
  since: shortInstant(since),
  until: shortInstant(until),
});

/** Records who logged in, and after how many seconds the session ends; the database's clock alone decides that. */
export async function insertSession(
  db: Queryable,
  session: { readonly id: Buffer; readonly user: string | null; readonly address: string; readonly seconds: number },
): Promise<StoredSession> {
  const { rows } = await db.query<StoredSession>(
    `WITH ended AS (DELETE FROM ops.session WHERE expires_at <= now())
     INSERT INTO ops.session (id, user_name, address, expires_at) VALUES ($1, $2, $3, now() + $4 * interval '1 second')
     RETURNING ${columns}`,
    [session.id, session.user, session.address, session.seconds],
  );
  const [row] = rows;
  if (!row) throw new Error('a session was recorded and is not returned');
  return shown(row);
}

/** The session of this id; undefined when there is none, or when it has ended. */
export async function findSession(db: Queryable, id: Buffer): Promise<StoredSession | undefined> {
  const { rows } = await db.query<StoredSession>(
    `SELECT ${columns} FROM ops.session WHERE id = $1 AND expires_at > now()`,
    [id],
  );
  return rows.map(shown)[0];
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
