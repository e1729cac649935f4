import { createHash, createHmac, randomBytes, scryptSync } from 'node:crypto';
import type { Caller } from '#database/actions.js';
import type { Queryable } from '#database/pool.js';
import { deleteSession, findSession, findSessions, insertSession, type StoredSession } from '#database/sessions.js';
import { withTimeLimit } from '#process/time-limit.js';
import { HttpProblem } from '../http/problem.js';
import { sameSecret } from './secrets.js';

/** How long a person stays logged in, in seconds. */
export const sessionSeconds = 12 * 60 * 60;

/** Of a session what may be shown and logged: it opens nothing. */
export type SessionLabel = string;

/** A person who is logged in. */
export interface Session extends StoredSession {
  readonly label: SessionLabel;
}

/** Who acts in a session, for the record. */
export const callerOf = ({ user, label }: Session): Caller => ({
  caller: user === null ? 'session' : `user:${user}`,
  session: label,
});

/**
 * Makes and checks the values of the session cookie. All ask the database, so a log-out holds at once in every
 * process; while the database is away they throw HttpProblem 503.
 */
export interface Sessions {
  /** @param user null for who logged in with the token */
  begin(address: string, user: string | null): Promise<{ readonly value: string; readonly session: Session }>;
  /** The session of a cookie's value, undefined when it is none or has ended. */
  find(value: string): Promise<Session | undefined>;
  /** Which of the values of cookies are sessions that have not ended; one question for all. */
  living(values: readonly string[]): Promise<ReadonlySet<string>>;
  /** Ends the session of a cookie's value, if it is one. */
  end(value: string): Promise<SessionLabel | undefined>;
}

/** How long the database may take to answer. */
const answerMs = 5_000;

/**
 * Sessions in the database. A value is a random part and its signature with a key made from the secret: made-up values
 * are refused without asking the database, and all sessions end when the secret is another one. The key is slow to make (some
 * 100 ms), since a signature shows whether a guess at a password is right: who has an old cookie could try millions a second.
 */
export function openSessions(db: Queryable, secret: string): Sessions {
  const key = scryptSync(secret, 'millrace session', 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 });
  const sign = (random: string): string => createHmac('sha256', key).update(random).digest('base64url');
  const idOf = (value: string): Buffer | undefined => {
    const [random = '', signature = '', ...rest] = value.split('.');
    if (rest.length > 0 || !sameSecret(signature, sign(random))) return undefined;
    return createHash('sha256').update(value).digest();
  };
  return {
    async begin(address, user) {
      const random = randomBytes(32).toString('base64url');
      const value = `${random}.${sign(random)}`;
      const id = createHash('sha256').update(value).digest();
      const stored = await answered(insertSession(db, { id, user, address, seconds: sessionSeconds }));
      return { value, session: { ...stored, label: labelOf(id) } };
    },
    async living(values) {
      const ids = new Map(values.map((value) => [value, idOf(value)?.toString('hex')]));
      const living = await answered(
        findSessions(
          db,
          [...ids.values()].filter((id) => id !== undefined),
        ),
      );
      return new Set(values.filter((value) => living.has(ids.get(value) ?? '')));
    },
    async find(value) {
      const id = idOf(value);
      const stored = id && (await answered(findSession(db, id)));
      return stored && { ...stored, label: labelOf(id) };
    },
    async end(value) {
      const id = idOf(value);
      return id && (await answered(deleteSession(db, id))) ? labelOf(id) : undefined;
    },
  };
}

const labelOf = (id: Buffer): SessionLabel => id.toString('hex').slice(0, 12);

async function answered<T>(question: Promise<T>): Promise<T> {
  try {
    return await withTimeLimit(question, answerMs, 'the database');
  } catch (cause) {
    throw new HttpProblem(
      'database-unavailable',
      'sessions are in the database, which does not answer; try again soon; a bearer token needs no session',
      {
        headers: { 'retry-after': '5' },
        cause,
      },
    );
  }
}
