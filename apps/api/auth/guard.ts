import type { FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback } from '#config/config.js';
import { messageOf } from '#contracts/errors.js';
import type { Caller } from '#database/actions.js';
import type { App } from '../http/app-type.js';
import { isPerson } from '../http/person.js';
import { HttpProblem, sendProblem } from '../http/problem.js';
import type { Access } from './access.js';
import { limitAttempts } from './attempt-limit.js';
import { addressOf, isEncrypted } from './client.js';
import { readSessionCookie } from './cookie.js';
import { type Credentials, unauthorized } from './credentials.js';
import { refuseForeignHost, refuseForeignOrigin, refuseWithoutHost } from './origin.js';
import { may, rightNeeded } from './rights.js';
import { sameSecret } from './secrets.js';
import { callerOf } from './sessions.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; undefined on public routes, unless the token came along. */
    caller: Caller | undefined;
  }
}

/** A year: browsers that came over TLS once do not try without. Source: RFC 6797. */
const stayEncrypted = 'max-age=31536000';

/**
 * Guards every route of the application, those of plugins and unknown addresses included; only routes whose config says
 * `public` are open. Registered before any of them. It answers by itself instead of throwing, because a plugin's own
 * error handler (Bull Board's) would make a 500 of what is thrown.
 * @param access undefined where nobody has to log in
 */
export function guard(app: App, host: string, access: Access | undefined): void {
  const check = access ? checkCredentials(access) : checkOrigin(host);
  app.decorateRequest('caller', undefined);
  app.addHook('onRequest', async (request, reply) => {
    if (isEncrypted(request)) reply.header('strict-transport-security', stayEncrypted);
    const found = refuseWithoutHost(request) ?? (await check(request));
    if (found instanceof HttpProblem) return refuse(request, reply, found);
    request.caller = found;
    if (request.routeOptions.config.public === true || may(found, rightNeeded(request))) return;
    return refuse(request, reply, unauthorized(access?.credentials));
  });
}

function refuse(request: FastifyRequest, reply: FastifyReply, problem: HttpProblem): FastifyReply {
  return problem.status === 401 && isPerson(request)
    ? reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303)
    : sendProblem(request, reply, problem);
}

/** Says who asks, undefined for who is not known, or why the request is refused whoever it is. */
type Check = (request: FastifyRequest) => Promise<Caller | undefined | HttpProblem>;

const bearerCaller: Caller = { caller: 'bearer', session: null };
const localCaller: Caller = { caller: 'local', session: null };

const checkOrigin =
  (host: string): Check =>
  async (request) =>
    (isLoopback(host) ? refuseForeignHost(request) : undefined) ?? refuseForeignOrigin(request) ?? localCaller;

function checkCredentials({ credentials, sessions }: Access): Check {
  const { token } = credentials;
  const refuseBearer = refuseBearers(credentials);
  return async (request) => {
    const bearer = bearerOf(request);
    if (bearer !== undefined && token !== undefined && sameSecret(bearer, token)) return bearerCaller;
    const foreign = refuseForeignOrigin(request);
    if (foreign) return foreign;
    if (request.routeOptions.config.public === true) return undefined;
    if (bearer !== undefined) return refuseBearer(request);
    try {
      const session = await sessions.find(readSessionCookie(request) ?? '');
      return session && callerOf(session);
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      request.log.warn({ url: request.url }, `a session cannot be checked: ${messageOf(error.cause)}`);
      return error;
    }
  };
}

/**
 * Answers wrong bearer tokens, after ten of an address within a minute with 429. The right one is never held up by this:
 * others behind the same address may send wrong ones. So it bounds the lines of the log, not what a guesser may find: that
 * is up to the token's length.
 */
function refuseBearers(credentials: Credentials): (request: FastifyRequest) => HttpProblem {
  const limit = limitAttempts(10, 60_000);
  return (request) => {
    const address = addressOf(request);
    const wait = limit.waitSeconds(address);
    if (wait > 0) {
      return new HttpProblem(
        'too-many-attempts',
        `too many wrong tokens came from this address; wait ${wait} seconds`,
        {
          headers: { 'retry-after': String(wait) },
        },
      );
    }
    limit.failed(address);
    request.log.warn({ address }, 'a request was refused: wrong bearer token');
    return unauthorized(credentials);
  };
}

function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
