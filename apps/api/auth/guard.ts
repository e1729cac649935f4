import type { FastifyRequest } from 'fastify';
import { isLoopback } from '#config/config.js';
import { messageOf } from '#contracts/errors.js';
import type { Caller } from '#database/actions.js';
import type { ApiDeps } from '../deps.js';
import type { App } from '../http/app-type.js';
import { HttpProblem, sendProblem } from '../http/problem.js';
import { limitAttempts } from './attempt-limit.js';
import { addressOf, isEncrypted } from './client.js';
import { readSessionCookie } from './cookie.js';
import { refuseForeignHost, refuseForeignOrigin, refuseWithoutHost } from './origin.js';
import { sameSecret } from './secrets.js';
import type { Sessions } from './sessions.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; undefined on public routes that were asked without a token. */
    caller: Caller | undefined;
  }
}

/** A year: browsers that came over TLS once do not try without. Source: RFC 6797. */
const stayEncrypted = 'max-age=31536000';

/**
 * Guards every route of the application, those of plugins and unknown addresses included; only routes whose config says
 * `public` are open. Registered before any of them. It answers by itself instead of throwing, because a plugin's own
 * error handler (Bull Board's) would make a 500 of what is thrown.
 */
export function guard(app: App, config: ApiDeps['config'], sessions: Sessions | undefined): void {
  const { apiToken } = config;
  const check =
    apiToken === undefined || sessions === undefined
      ? checkWithoutToken(config.host)
      : checkWithToken(apiToken, sessions);
  app.decorateRequest('caller', undefined);
  app.addHook('onRequest', async (request, reply) => {
    if (isEncrypted(request)) reply.header('strict-transport-security', stayEncrypted);
    const found = refuseWithoutHost(request) ?? (await check(request));
    if (!(found instanceof HttpProblem)) {
      request.caller = found;
      return;
    }
    if (found.status === 401 && isPerson(request)) {
      return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
    }
    return sendProblem(request, reply, found);
  });
}

/** Says who asks, undefined for anybody on a public route, or why the request is refused. */
type Check = (request: FastifyRequest) => Promise<Caller | undefined | HttpProblem>;

const bearerCaller: Caller = { caller: 'bearer', session: null };
const localCaller: Caller = { caller: 'local', session: null };

const checkWithoutToken =
  (host: string): Check =>
  async (request) =>
    (isLoopback(host) ? refuseForeignHost(request) : undefined) ?? refuseForeignOrigin(request) ?? localCaller;

function checkWithToken(apiToken: string, sessions: Sessions): Check {
  const refuseBearer = refuseBearers();
  return async (request) => {
    const bearer = bearerOf(request);
    if (bearer !== undefined && sameSecret(bearer, apiToken)) return bearerCaller;
    const foreign = refuseForeignOrigin(request);
    if (foreign) return foreign;
    if (request.routeOptions.config.public === true) return undefined;
    if (bearer !== undefined) return refuseBearer(request);
    const cookie = readSessionCookie(request);
    if (cookie === undefined) return unauthorized();
    try {
      const session = await sessions.find(cookie);
      return session === undefined ? unauthorized() : { caller: 'session', session };
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
function refuseBearers(): (request: FastifyRequest) => HttpProblem {
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
    return unauthorized();
  };
}

const unauthorized = (): HttpProblem =>
  new HttpProblem('unauthorized', 'expected the API token as “Authorization: Bearer …”, or a session of /login', {
    headers: { 'www-authenticate': 'Bearer realm="millrace"' },
  });

function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** A browser that wants a page. */
const isPerson = (request: FastifyRequest): boolean =>
  (request.method === 'GET' || request.method === 'HEAD') &&
  request.headers.authorization === undefined &&
  (request.headers.accept ?? '').includes('text/html');
