import type { FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback } from '#config/config.js';
import type { ApiDeps } from '../deps.js';
import type { App } from '../http/app-type.js';
import { HttpProblem } from '../http/problem.js';
import { requireLoopbackHost, requireSameOrigin } from './origin.js';
import { type Sessions, sameSecret } from './secrets.js';

/** Name of the session cookie. */
export const sessionCookie = 'millrace_session';

/**
 * Guards every route of the application, those of plugins and unknown addresses included; only routes whose config says
 * `public` are open. Registered before any of them.
 */
export function guard(app: App, config: ApiDeps['config'], sessions: Sessions | undefined): void {
  const { apiToken } = config;
  if (apiToken === undefined || sessions === undefined) {
    app.addHook('onRequest', async (request) => {
      if (isLoopback(config.host)) requireLoopbackHost(request);
      requireSameOrigin(request);
    });
    return;
  }
  app.addHook('onRequest', async (request, reply) => {
    const bearer = bearerOf(request);
    if (bearer !== undefined && sameSecret(bearer, apiToken)) return;
    requireSameOrigin(request);
    if (request.routeOptions.config.public === true) return;
    const session = request.cookies[sessionCookie];
    if (bearer === undefined && session !== undefined && sessions.isValid(session)) return;
    if (isPerson(request)) return sendToLogin(request, reply);
    throw new HttpProblem(401, 'expected the API token as “Authorization: Bearer …”, or a session of /login', {
      headers: { 'www-authenticate': 'Bearer realm="millrace"' },
    });
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

const sendToLogin = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
