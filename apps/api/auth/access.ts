import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Queryable } from '#database/pool.js';
import { HttpProblem } from '../http/problem.js';
import { type AttemptLimit, limitAttempts } from './attempt-limit.js';
import { addressOf } from './client.js';
import { readSessionCookie, setSessionCookie } from './cookie.js';
import { type Credentials, fingerprintOf, type Given, identify, unauthorized } from './credentials.js';
import { openSessions, type Session, type Sessions, sessionSeconds } from './sessions.js';

/** How one gets in, where the server asks for a token, or for a name and a password. */
export interface Access {
  readonly credentials: Credentials;
  readonly sessions: Sessions;
  /** Of log-ins, by the page and by the API alike. */
  readonly attempts: AttemptLimit;
}

export const openAccess = (db: Queryable, credentials: Credentials): Access => ({
  credentials,
  sessions: openSessions(db, fingerprintOf(credentials)),
  attempts: limitAttempts(10, 60_000),
});

/**
 * Begins a session and gives the browser its cookie.
 * @throws HttpProblem 401 when what was given is wrong, 429 after too many wrong ones, 503 while the database is away
 */
export async function logIn(
  { credentials, sessions, attempts }: Access,
  request: FastifyRequest,
  reply: FastifyReply,
  given: Given,
): Promise<Session> {
  const address = addressOf(request);
  const wait = attempts.waitSeconds(address);
  if (wait > 0) {
    throw new HttpProblem('too-many-attempts', `too many failed tries; wait ${wait} seconds`, {
      headers: { 'retry-after': String(wait) },
    });
  }
  const found = identify(credentials, given);
  if ('fault' in found) {
    attempts.failed(address);
    // Not the name: people type the password there by mistake.
    request.log.warn({ address }, `a log-in failed: wrong ${'token' in given ? 'token' : 'name or password'}`);
    throw unauthorized(credentials, found.fault);
  }
  attempts.succeeded(address);
  const { value, session } = await sessions.begin(address, found.user);
  request.log.info({ address, session: session.label, user: session.user }, 'logged in');
  setSessionCookie(request, reply, value, sessionSeconds);
  return session;
}

/**
 * Ends the session of the cookie, if there is one, and has the browser forget it.
 * @throws HttpProblem 503 while the database is away
 */
export async function logOut({ sessions }: Access, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  // First in the database: the browser keeps the cookie until nobody else can use it.
  const session = await sessions.end(readSessionCookie(request) ?? '');
  if (session !== undefined) request.log.info({ address: addressOf(request), session }, 'logged out');
  setSessionCookie(request, reply, '', 0);
}
