import type { IncomingMessage } from 'node:http';
import { v7 as uuidv7 } from 'uuid';
import type { App } from './app-type.js';

/** The header by which a request and its answer name the id. */
export const requestIdHeader = 'x-request-id';

/** What is taken for an id: it stands in logs, in the record and in headers, so nothing else may come in by it. */
const wellFormed = /^[A-Za-z0-9._:/+=-]{1,128}$/;

/** The id that the client, or a proxy, has given the request; a new one where there is none, or one that is not well-formed. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[requestIdHeader];
  return typeof given === 'string' && wellFormed.test(given) ? given : uuidv7();
}

/** Has every answer of a route name the id. */
export function returnRequestIds(app: App): void {
  app.addHook('onRequest', async (request, reply) => void reply.header(requestIdHeader, request.id));
}
