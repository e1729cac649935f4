import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Queryable } from '#database/pool.js';
import { deleteSession, findSessions, hasSession, insertSession } from '#database/sessions.js';
import { withTimeLimit } from '#process/time-limit.js';
import { HttpProblem } from '../http/problem.js';
import { sameSecret } from './secrets.js';

/** How long a person stays logged in, in seconds. */
export const sessionSeconds = 12 * 60 * 60;

/** Of a session what may be shown and logged: it opens nothing. */
export type SessionLabel = string;

/**
 * Makes and checks the values of the session cookie. All ask the database, so a log-out holds at once in every
 * process; while the database is away they throw HttpProblem 503.
 */
export interface Sessions {
  begin(address: string): Promise<{ readonly value: string; readonly label: SessionLabel }>;
  /** The session of a cookie's value, undefined when it is none or has ended. */
  find(value: string): Promise<SessionLabel | undefined>;
  /** Which of the values of cookies are sessions that have not ended; one question for all. */
  living(values: readonly string[]): Promise<ReadonlySet<string>>;
  /** Ends the session of a cookie's value, if it is one. */
  end(value: string): Promise<SessionLabel | undefined>;
}

/** How long the database may take to answer. */
const answerMs = 5_000;

/**
 * Sessions in the database. A value is a random part and its signature with a key made from the token: made-up values
 * are refused without asking the database, and all sessions end when the token is changed.
 */
export function openSessions(db: Queryable, token: string): Sessions {
  const key = createHmac('sha256', token).update('millrace session').digest();
  const sign = (random: string): string => createHmac('sha256', key).update(random).digest('base64url');
  const idOf = (value: string): Buffer | undefined => {
    const [random = '', signature = '', ...rest] = value.split('.');
    if (rest.length > 0 || !sameSecret(signature, sign(random))) return undefined;
    return createHash('sha256').update(value).digest();
  };
  const labelIf = async (value: string, ask: (id: Buffer) => Promise<boolean>): Promise<SessionLabel | undefined> => {
    const id = idOf(value);
    return id && (await answered(ask(id))) ? labelOf(id) : undefined;
  };
  return {
    async begin(address) {
      const random = randomBytes(32).toString('base64url');
      const value = `${random}.${sign(random)}`;
      const id = createHash('sha256').update(value).digest();
      await answered(insertSession(db, id, address, sessionSeconds));
      return { value, label: labelOf(id) };
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
    find: (value) => labelIf(value, (id) => hasSession(db, id)),
    end: (value) => labelIf(value, (id) => deleteSession(db, id)),
  };
}

const labelOf = (id: Buffer): SessionLabel => id.toString('hex').slice(0, 12);

async function answered<T>(question: Promise<T>): Promise<T> {
  try {
    return await withTimeLimit(question, answerMs, 'the database');
  } catch (cause) {
    throw new HttpProblem(
      'database-unavailable',
      'sessions are in the database, which does not answer; try again soon, or use the token',
      {
        headers: { 'retry-after': '5' },
        cause,
      },
    );
  }
}
