import type { FastifyRequest } from 'fastify';
import { isLoopback } from '#config/config.js';
import { HttpProblem } from '../http/problem.js';

/**
 * Why a request is refused whose Host is no loopback name: 421. A page of the internet can give its own name the address 127.0.0.1
 * (DNS rebinding) and would then be of one origin with an API that asks for no token.
 */
export function refuseForeignHost(request: FastifyRequest): HttpProblem | undefined {
  const host = hostNameOf(request.headers.host ?? '');
  if (host !== undefined && isLoopback(host)) return undefined;
  return new HttpProblem(
    421,
    'this server has no API_TOKEN and so answers only as localhost; set API_TOKEN to reach it under another name',
  );
}

const reading: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Why a request is refused that a page of another origin makes a browser send to change something: 403. Programs send neither
 * header and are let through: they have to bring the token by themselves.
 */
export function refuseForeignOrigin(request: FastifyRequest): HttpProblem | undefined {
  if (reading.includes(request.method)) return undefined;
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const foreign =
    origin === undefined
      ? site !== undefined && site !== 'same-origin' && site !== 'none'
      : !URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase();
  return foreign
    ? new HttpProblem(403, 'a page of another site asked for this; only pages of this server may')
    : undefined;
}

/** The name in a Host header, without port and brackets. */
function hostNameOf(host: string): string | undefined {
  const address = `http://${host}`;
  return URL.canParse(address) ? new URL(address).hostname.replace(/^\[|\]$/g, '') : undefined;
}
