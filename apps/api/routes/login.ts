import { Type } from 'typebox';
import { type Access, logIn, logOut } from '../auth/access.js';
import type { App } from '../http/app-type.js';
import { HttpProblem } from '../http/problem.js';
import { sendLoginPage } from '../pages/login.js';
import { givenFields, readGiven } from './api/session.js';

const Next = Type.Optional(Type.String({ maxLength: 2_000 }));

/** The log-in page for people: name and password, or the token, once; then a cookie. */
export async function loginRoutes(app: App, access: Access): Promise<void> {
  const { credentials } = access;
  await app.register(async (scope: App) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 10_000 },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );

    scope.get(
      '/login',
      { config: { public: true }, schema: { hide: true, querystring: Type.Object({ next: Next }) } },
      (request, reply) => sendLoginPage(reply, credentials, ownPath(request.query.next)),
    );

    scope.post(
      '/login',
      { config: { public: true }, schema: { hide: true, body: Type.Object({ ...givenFields, next: Next }) } },
      async (request, reply) => {
        const next = ownPath(request.body.next);
        const given = readGiven(request.body);
        try {
          await logIn(access, request, reply, given);
        } catch (error) {
          if (!(error instanceof HttpProblem) || error.status >= 500) throw error;
          return sendLoginPage(reply.code(error.status).headers(error.headers), credentials, next, error.message);
        }
        return reply.redirect(next, 303);
      },
    );

    scope.post('/logout', { config: { public: true }, schema: { hide: true } }, async (request, reply) => {
      await logOut(access, request, reply);
      return reply.redirect('/login', 303);
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
