import { Type } from 'typebox';
import { limitAttempts } from '../auth/attempt-limit.js';
import { addressOf } from '../auth/client.js';
import { readSessionCookie, setSessionCookie } from '../auth/cookie.js';
import { sameSecret } from '../auth/secrets.js';
import { type Sessions, sessionSeconds } from '../auth/sessions.js';
import type { App } from '../http/app-type.js';
import { sendLoginPage } from '../pages/login.js';

const Next = Type.Optional(Type.String({ maxLength: 2_000 }));

/** The log-in page for people: the token once, then a cookie. Registered only when there is a token. */
export async function loginRoutes(app: App, token: string, sessions: Sessions): Promise<void> {
  const limit = limitAttempts(10, 60_000);
  await app.register(async (scope: App) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 10_000 },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );

    scope.get(
      '/login',
      { config: { public: true }, schema: { hide: true, querystring: Type.Object({ next: Next }) } },
      (request, reply) => sendLoginPage(reply, ownPath(request.query.next)),
    );

    scope.post(
      '/login',
      {
        config: { public: true },
        schema: { hide: true, body: Type.Object({ token: Type.String({ maxLength: 1_000 }), next: Next }) },
      },
      async (request, reply) => {
        const next = ownPath(request.body.next);
        const address = addressOf(request);
        const wait = limit.waitSeconds(address);
        if (wait > 0) {
          reply.code(429).header('retry-after', wait);
          return sendLoginPage(reply, next, `Too many failed tries; wait ${wait} seconds.`);
        }
        if (!sameSecret(request.body.token.trim(), token)) {
          limit.failed(address);
          request.log.warn({ address }, 'a log-in failed: wrong token');
          return sendLoginPage(reply.code(401), next, 'That is not the API token of this server.');
        }
        limit.succeeded(address);
        const { value, label } = await sessions.begin(address);
        request.log.info({ address, session: label }, 'logged in');
        return setSessionCookie(request, reply, value, sessionSeconds).redirect(next, 303);
      },
    );

    scope.post('/logout', { config: { public: true }, schema: { hide: true } }, async (request, reply) => {
      // First in the database: the browser keeps the cookie until nobody else can use it.
      const session = await sessions.end(readSessionCookie(request) ?? '');
      if (session !== undefined) request.log.info({ address: addressOf(request), session }, 'logged out');
      return setSessionCookie(request, reply, '', 0).redirect('/login', 303);
    });
  });
}

/** The path if it is one of this server, else the front page: `next` must not lead to another site. */
function ownPath(next: string | undefined): string {
  const base = 'http://own.invalid';
  if (next === undefined || !next.startsWith('/') || !URL.canParse(next, base)) return '/';
  const url = new URL(next, base);
  // `/.//site` becomes `//site`, which a browser takes for an address of another site.
  return url.origin === base && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/';
}
