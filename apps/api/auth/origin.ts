import type { FastifyRequest } from 'fastify';
import { isLoopback } from '#config/config.js';
import { HttpProblem } from '../http/problem.js';
import { isEncrypted } from './client.js';
import { rightNeeded } from './rights.js';

/** Why a request is refused that names no host: 400, as HTTP/1.1 has it (RFC 9112, section 3.2). */
export function refuseWithoutHost(request: FastifyRequest): HttpProblem | undefined {
  if (request.headers.host !== undefined || request.raw.httpVersion !== '1.1') return undefined;
  return new HttpProblem('missing-host', 'expected a Host header, got none; HTTP/1.1 wants it in every request');
}

/**
 * Why a request is refused whose Host is no loopback name: 421. A page of the internet can give its own name the address 127.0.0.1
 * (DNS rebinding) and would then be of one origin with an API that asks for no token.
 */
export function refuseForeignHost(request: FastifyRequest): HttpProblem | undefined {
  const host = hostNameOf(request.headers.host ?? '');
  if (host !== undefined && isLoopback(host)) return undefined;
  return new HttpProblem(
    'wrong-host',
    'this server has neither API_TOKEN nor ADMIN_USER and so answers only as localhost; set one of them to reach it under another name',
  );
}

/**
 * Why a request is refused that a page of another origin makes a browser send to change something: 403. Programs send neither
 * header and are let through: they have to bring the token by themselves.
 */
export function refuseForeignOrigin(request: FastifyRequest): HttpProblem | undefined {
  if (rightNeeded(request) === 'read') return undefined;
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const foreign =
    origin === undefined
      ? site !== undefined && site !== 'same-origin' && site !== 'none'
      : !isOwnOrigin(origin, request);
  return foreign
    ? new HttpProblem('foreign-origin', 'a page of another site asked for this; only pages of this server may')
    : undefined;
}

/**
 * Whether an origin is the address that the browser used: that of the Host header or, behind a proxy of TRUST_PROXY that
 * changes it, of X-Forwarded-Host. Over TLS only the page that came over TLS: another may have been changed on its way.
 * Without TRUST_PROXY the scheme is not known here, so that it is not compared.
 */
function isOwnOrigin(origin: string, request: FastifyRequest): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  if (isEncrypted(request) && protocol !== 'https:') return false;
  // The scheme's own port may be written or not.
  const asked = `${protocol}//${request.host}`;
  return URL.canParse(asked) && new URL(asked).host === host;
}

/** The name in a Host header, without port and brackets. */
function hostNameOf(host: string): string | undefined {
  const address = `http://${host}`;
  return URL.canParse(address) ? new URL(address).hostname.replace(/^\[|\]$/g, '') : undefined;
}
