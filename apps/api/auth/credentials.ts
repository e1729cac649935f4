import type { ApiDeps } from '../deps.js';
import { HttpProblem } from '../http/problem.js';
import { sameSecret } from './secrets.js';

/** What lets somebody in: the token of programs and people, the name and password of a person, or both. */
export interface Credentials {
  readonly token: string | undefined;
  readonly admin: { readonly user: string; readonly password: string } | undefined;
}

/** What somebody gives to log in. */
export type Given = { readonly token: string } | { readonly user: string; readonly password: string };

/** What the settings ask for; undefined for nothing: the server is open to this machine. */
export function credentialsOf({
  apiToken: token,
  adminUser: user,
  adminPassword: password,
}: Pick<ApiDeps['config'], 'apiToken' | 'adminUser' | 'adminPassword'>): Credentials | undefined {
  const admin = user === undefined || password === undefined ? undefined : { user, password };
  return token === undefined && admin === undefined ? undefined : { token, admin };
}

/** Another text for each other token, name or password: sessions are bound to it, and end when one of them is changed. */
export const fingerprintOf = ({ token, admin }: Credentials): string =>
  JSON.stringify([token ?? null, admin?.user ?? null, admin?.password ?? null]);

/**
 * Checks what somebody gives. A wrong name takes as long as a wrong password and is answered alike, so that nobody can find
 * out names.
 * @returns the name of who it is, null with the token; or what is wrong, in words
 */
export function identify(
  { token, admin }: Credentials,
  given: Given,
): { readonly user: string | null } | { readonly fault: string } {
  if ('token' in given) {
    if (token === undefined) return { fault: 'this server has no API_TOKEN; log in with a name and a password' };
    return sameSecret(given.token.trim(), token)
      ? { user: null }
      : { fault: 'that is not the API token of this server' };
  }
  if (!admin) return { fault: 'this server has no ADMIN_USER; log in with the API token' };
  const isUser = sameSecret(given.user.trim(), admin.user);
  const isPassword = sameSecret(typed(given.password), typed(admin.password));
  return isUser && isPassword ? { user: admin.user } : { fault: 'the name or the password is wrong' };
}

/** A password as it is compared: settings are trimmed, and keyboards differ in how they write é. Source: RFC 8265, 4.2. */
const typed = (password: string): string => password.trim().normalize('NFC');

/** 401: nobody is known who sends this. */
export const unauthorized = (
  credentials: Credentials | undefined,
  detail = credentials?.token === undefined
    ? 'expected a session: log in at /login, or with POST /api/session'
    : 'expected the API token as “Authorization: Bearer …”, or a session of /login or POST /api/session',
): HttpProblem =>
  new HttpProblem('unauthorized', detail, {
    headers: { 'www-authenticate': `${credentials?.token === undefined ? 'Cookie' : 'Bearer'} realm="millrace"` },
  });
