import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Caller } from '#database/actions.js';
import { type Access, logIn, logOut } from '../../auth/access.js';
import { readSessionCookie } from '../../auth/cookie.js';
import { type Given, unauthorized } from '../../auth/credentials.js';
import { rights, rightsOf } from '../../auth/rights.js';
import { callerOf, type Session } from '../../auth/sessions.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { HttpProblem, unprocessable } from '../../http/problem.js';
import { Instant, Nullable, problems } from '../../http/schemas.js';

const Text = (description: string) => Type.Optional(Type.String({ maxLength: 1_000, description }));

/** What somebody gives to log in, in the body of a request. */
export const givenFields = {
  user: Text('The name of ADMIN_USER; with the password'),
  password: Text('The password of ADMIN_PASSWORD'),
  token: Text('The API token, instead of both'),
};

const LogInSchema = Type.Object(givenFields, {
  additionalProperties: false,
  ...component('LogIn', 'A name and a password, or the API token'),
});

const SessionSchema = Type.Object(
  {
    kind: Type.Enum(['local', 'bearer', 'session'], {
      description:
        'Anybody on this machine, where nobody has to log in; a program with the token; a person who logged in',
    }),
    user: Nullable(Type.String({ description: 'The name of who logged in with one' })),
    session: Nullable(Type.String({ description: 'Which session, as in /api/actions; it opens nothing' })),
    since: Nullable(Instant),
    until: Nullable(Instant),
    may: Type.Array(Type.Enum([...rights]), { description: 'What one may do; change: also start' }),
  },
  component('Session', 'Who sends the request, since when and until when, and what they may do'),
);

/**
 * /api/session: who one is, log in, log out.
 * @param access undefined where nobody has to log in
 */
export async function sessionRoutes(app: App, access: Access | undefined): Promise<void> {
  app.get(
    '/api/session',
    {
      schema: {
        operationId: 'getSession',
        tags: ['session'],
        summary: 'Who one is, and what one may do',
        response: { 200: SessionSchema, ...problems() },
      },
    },
    async (request) => {
      const caller = knownCaller(request);
      if (!access || caller.session === null) return describe(caller);
      const session = await access.sessions.find(readSessionCookie(request) ?? '');
      if (!session) throw unauthorized(access.credentials);
      return describe(caller, session);
    },
  );

  app.post(
    '/api/session',
    {
      config: { public: true },
      schema: {
        operationId: 'beginSession',
        tags: ['session'],
        summary: 'Log in',
        description:
          'With name and password, or with the API token. The answer sets the cookie of a session, which ends after 12 hours ' +
          'or with DELETE /api/session. After ten wrong tries of one address within a minute, all wait until it has passed.',
        body: LogInSchema,
        response: { 201: SessionSchema, ...problems(400, 409, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      if (!access) {
        throw new HttpProblem(
          'no-log-in',
          'this server has neither API_TOKEN nor ADMIN_USER: send requests as they are',
        );
      }
      const session = await logIn(access, request, reply, readGiven(request.body));
      reply.code(201);
      return describe(callerOf(session), session);
    },
  );

  app.delete(
    '/api/session',
    {
      config: { public: true },
      schema: {
        operationId: 'endSession',
        tags: ['session'],
        summary: 'Log out',
        description: 'The session of the cookie ends at once, for every copy of it. Without a session nothing is done.',
        response: { 204: Type.Null({ description: 'Nobody is logged in with this cookie any more' }), ...problems() },
      },
    },
    async (request, reply) => {
      if (access) await logOut(access, request, reply);
      return reply.code(204).send(null);
    },
  );
}

/** @throws HttpProblem 422 unless it is a name and a password, or a token */
export function readGiven({ user, password, token }: Static<typeof LogInSchema>): Given {
  if (token !== undefined && user === undefined && password === undefined) return { token };
  if (token === undefined && user !== undefined && password !== undefined) return { user, password };
  throw unprocessable([{ path: '', message: 'must have user and password, or token' }]);
}

function knownCaller({ caller }: FastifyRequest): Caller {
  if (!caller) throw new Error('the guard let a request pass whose sender nobody knows');
  return caller;
}

const describe = (caller: Caller, session?: Session): Static<typeof SessionSchema> => ({
  kind: caller.caller === 'local' || caller.caller === 'bearer' ? caller.caller : 'session',
  user: session?.user ?? null,
  session: caller.session,
  since: session?.since ?? null,
  until: session?.until ?? null,
  may: [...rightsOf(caller)],
});
