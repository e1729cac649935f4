import { isIP, isIPv4 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '#database/actions.js';
import type { RunOrigin } from '#database/runs/record-run.js';

/**
 * The address of the client, for limits, the log and the record: behind a proxy of TRUST_PROXY the one that this names,
 * else that of the connection. Always an address, never other text of a header; IPv4 as IPv4.
 */
export function addressOf(request: FastifyRequest): string {
  // Some proxies name the port, too.
  const named = request.ip.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1');
  const address = isIP(named) === 0 ? (request.socket.remoteAddress ?? 'unknown') : named;
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** Who sends the request, for the record of what was done by hand. */
export function actorOf(request: FastifyRequest): Caller & { readonly address: string } {
  const { caller = 'local', session = null } = request.caller ?? {};
  return { caller, session, address: addressOf(request) };
}

/** Where runs come from that a request asks for, and who changes what it changes, as `actorNameOf` has it. */
export function originOf(request: FastifyRequest): RunOrigin {
  return { actor: actorNameOf(request) ?? 'local', requestId: request.id };
}

/**
 * Who asks, in one word: `bearer`, `user:` and the name, `session:` and its id where no name is known, or `local`; undefined
 * for anybody on a public route.
 */
export function actorNameOf({ caller }: FastifyRequest): string | undefined {
  return caller?.caller === 'session' ? `session:${caller.session}` : caller?.caller;
}

/**
 * Whose address it is, as far as limits go: a client with IPv6 has a whole network of 64 bits, and would have a limit for
 * each address of it.
 */
export function networkOf(address: string): string {
  if (isIPv4(address) || !URL.canParse(`http://[${address}]/`)) return address;
  // The URL has it in one form: lower case, no leading zeros, `::` once at most.
  const text = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [before = '', after] = text.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = after === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(zeros).fill('0'), ...(after ?? [])].slice(0, 4).join(':');
}

/** Whether the browser, or the program, came over TLS: only a proxy of TRUST_PROXY can say so. */
export const isEncrypted = (request: FastifyRequest): boolean => request.protocol === 'https';
