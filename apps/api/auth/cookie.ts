import type { FastifyReply, FastifyRequest } from 'fastify';
import { isEncrypted } from './client.js';

/**
 * Name of the session cookie. Over TLS it has the prefix with which browsers take a cookie only from this very host, with
 * Secure and for all paths; so no other host of the domain can put its own in its place.
 * Source: RFC 6265bis, "Cookie Name Prefixes".
 */
const cookieName = (request: FastifyRequest): string =>
  isEncrypted(request) ? '__Host-millrace_session' : 'millrace_session';

export const readSessionCookie = (request: FastifyRequest): string | undefined => request.cookies[cookieName(request)];

/** @param maxAge in seconds; 0 makes the browser forget it */
export const setSessionCookie = (
  request: FastifyRequest,
  reply: FastifyReply,
  value: string,
  maxAge: number,
): FastifyReply =>
  reply.setCookie(cookieName(request), value, {
    path: '/',
    maxAge,
    httpOnly: true,
    sameSite: 'strict',
    secure: isEncrypted(request),
  });
