import { type OpenSpan, openSpan } from '#process/tracing/spans.js';
import type { App } from './app-type.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined while nothing is traced. */
    span: OpenSpan | undefined;
  }
}

/** Asked every few seconds by machines, or for as long as somebody listens. */
const untraced: ReadonlySet<string | undefined> = new Set([
  '/healthz',
  '/readyz',
  '/metrics',
  '/api/events',
  '/api/events/pulse',
  '/api/runs/:id/events',
]);

/** Makes a span of each request, below the one that its `traceparent` names. */
export function traceRequests(app: App): void {
  app.decorateRequest('span', undefined);
  app.addHook('onRequest', async (request, reply) => {
    const { method, routeOptions, headers, id } = request;
    if (untraced.has(routeOptions.url)) return;
    const { traceparent } = headers;
    const span = openSpan(`${method} ${routeOptions.url ?? 'unknown address'}`, {
      kind: 'server',
      parent: typeof traceparent === 'string' ? traceparent : null,
      attributes: {
        'http.request.method': method,
        'http.route': routeOptions.url,
        'url.path': request.url.split('?', 1)[0],
        'millrace.request.id': id,
      },
    });
    if (!span) return;
    request.span = span;
    reply.raw.once('close', () => {
      span.set({ 'http.response.status_code': reply.statusCode });
      if (reply.statusCode >= 500) span.fail(`answered with ${reply.statusCode}`);
      span.end();
    });
  });
  // Once the body is there: what waits for it goes on outside of the span.
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.span) request.span.within(done);
    else done();
  });
}
