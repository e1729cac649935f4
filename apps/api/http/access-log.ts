import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorNameOf, addressOf } from '../auth/client.js';
import type { App } from './app-type.js';

/** Asked every few seconds by machines: shown with LOG_LEVEL=debug only. */
const probes: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz', '/metrics']);

/** Characters of an address that are logged. */
const maxUrl = 1_000;

/**
 * Logs a line for each request when it is over, in whatever way: answered, broken off by the client, or refused. Registered
 * before the hooks that may answer.
 */
export function logAccess(app: App): void {
  app.addHook('onRequest', async (request, reply) => {
    // Of a connection that is gone nobody knows the address any more.
    const began = { at: performance.now(), bytes: request.raw.socket.bytesWritten, address: addressOf(request) };
    let isLogged = false;
    const log = (): void => {
      if (!isLogged) logLine(request, reply, began);
      isLogged = true;
    };
    reply.raw.once('finish', log);
    // Without `finish` the client went away, or the answer could not be made.
    reply.raw.once('close', log);
  });
}

/** What is known when a request comes. */
interface Began {
  /** By `performance.now()`. */
  readonly at: number;
  /** What had been written to its connection. */
  readonly bytes: number;
  readonly address: string;
}

function logLine(request: FastifyRequest, reply: FastifyReply, began: Began): void {
  const { method, routeOptions, raw } = request;
  const route = routeOptions.url;
  const line = {
    method,
    route: route ?? null,
    url: withoutSecrets(request.url),
    status: reply.raw.statusCode,
    ms: Math.round((performance.now() - began.at) * 10) / 10,
    bytes: bytesOf(reply, raw.socket.bytesWritten - began.bytes),
    caller: actorNameOf(request) ?? null,
    address: began.address,
    ...(reply.raw.writableFinished ? {} : { brokenOff: true }),
  };
  request.log[probes.has(route) ? 'debug' : 'info'](line, `${method} ${route ?? 'unknown address'} ${line.status}`);
}

/** Of the body where it is known before, else all that went over the connection. */
function bytesOf(reply: FastifyReply, written: number): number | null {
  const length = Number(reply.getHeader('content-length') ?? Number.NaN);
  if (Number.isFinite(length)) return length;
  return Number.isFinite(written) ? written : null;
}

/** Nothing of ours stands in a query that is a secret; what people put there by mistake is not repeated. */
export function withoutSecrets(url: string): string {
  return url
    .slice(0, maxUrl)
    .replace(/([?&][^=&]*(?:token|secret|passw|auth|key|session|cookie)[^=&]*=)[^&]*/gi, '$1…');
}
