import type { FastifyRequest } from 'fastify';
import { isLoopback } from '#config/config.js';
import type { ApiDeps } from '../deps.js';
import type { App } from '../http/app-type.js';
import { HttpProblem, sendProblem } from '../http/problem.js';
import { refuseForeignHost, refuseForeignOrigin } from './origin.js';
import { type Sessions, sameSecret } from './secrets.js';

/** Name of the session cookie. */
export const sessionCookie = 'millrace_session';

/**
 * Guards every route of the application, those of plugins and unknown addresses included; only routes whose config says
 * `public` are open. Registered before any of them. It answers by itself instead of throwing, because a plugin's own
 * error handler (Bull Board's) would make a 500 of what is thrown.
 */
export function guard(app: App, config: ApiDeps['config'], sessions: Sessions | undefined): void {
  const { apiToken } = config;
  app.addHook('onRequest', async (request, reply) => {
    const problem =
      apiToken === undefined || sessions === undefined
        ? refuseWithoutToken(request, config.host)
        : refuseWithToken(request, apiToken, sessions);
    if (problem === undefined) return;
    if (problem.status === 401 && isPerson(request)) {
      return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
    }
    return sendProblem(request, reply, problem);
  });
}

const refuseWithoutToken = (request: FastifyRequest, host: string): HttpProblem | undefined =>
  (isLoopback(host) ? refuseForeignHost(request) : undefined) ?? refuseForeignOrigin(request);

function refuseWithToken(request: FastifyRequest, apiToken: string, sessions: Sessions): HttpProblem | undefined {
  const bearer = bearerOf(request);
  if (bearer !== undefined && sameSecret(bearer, apiToken)) return undefined;
  const foreign = refuseForeignOrigin(request);
  if (foreign) return foreign;
  if (request.routeOptions.config.public === true) return undefined;
  const session = request.cookies[sessionCookie];
  if (bearer === undefined && session !== undefined && sessions.isValid(session)) return undefined;
  return new HttpProblem(401, 'expected the API token as “Authorization: Bearer …”, or a session of /login', {
    headers: { 'www-authenticate': 'Bearer realm="millrace"' },
  });
}

function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** A browser that wants a page. */
const isPerson = (request: FastifyRequest): boolean =>
  (request.method === 'GET' || request.method === 'HEAD') &&
  request.headers.authorization === undefined &&
  (request.headers.accept ?? '').includes('text/html');
