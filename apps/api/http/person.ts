import type { FastifyRequest } from 'fastify';

/** Whether a request is that of a browser that goes to a page. */
export const isPerson = (request: FastifyRequest): boolean =>
  (request.method === 'GET' || request.method === 'HEAD') &&
  request.headers.authorization === undefined &&
  (request.headers.accept ?? '').includes('text/html');
