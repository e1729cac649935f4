import type { FastifyReply } from 'fastify';
import type { App } from './app-type.js';

/** For answers that are data: nothing in them may be run or shown in a frame. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

/** For pages of other authors (Bull Board) that bring their scripts as files and write styles into the page. */
export const bundledPagePolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
  "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

/** For pages that the server writes: their one inline style carries the nonce; no script at all. */
export const plainPagePolicy = (nonce: string): string =>
  `default-src 'none'; style-src 'nonce-${nonce}'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

/**
 * For the console: its script and styles are files of ours; styles that its components write into the page carry the nonce.
 * Pictures may be made in the page (blob:), to be saved.
 */
export const consolePolicy = (nonce: string): string =>
  `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data: blob:; connect-src 'self'; ` +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Replaces the policy of this answer. */
export const setPolicy = (reply: FastifyReply, policy: string): FastifyReply =>
  reply.header('content-security-policy', policy);

/** What every answer has to keep browsers from doing more with it than meant. */
export const securityHeaders = {
  'content-security-policy': dataPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Not no-referrer: browsers then send "Origin: null" with forms of our own pages, too.
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** Sets them on every answer of a route. */
export function addSecurityHeaders(app: App): void {
  app.addHook('onRequest', async (_request, reply) => void reply.headers(securityHeaders));
}
