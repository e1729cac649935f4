import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { App } from '../http/app-type.js';

/** Seconds; lists take milliseconds, exports minutes. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Measures the requests of all routes that are registered after it, and this process once it listens. @returns where */
export function measureRequests(app: App): Registry {
  const registry = new Registry();
  const requests = new Histogram({
    name: 'millrace_http_request_duration_seconds',
    help: 'Requests that this process of the API answered, by route',
    labelNames: ['method', 'route', 'status'],
    buckets,
    registers: [registry],
  });
  app.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    const labels = { method, route: routeOptions.url ?? 'unknown', status: String(reply.statusCode) };
    requests.observe(labels, reply.elapsedTime / 1_000);
  });
  app.addHook('onListen', async () => collectDefaultMetrics({ register: registry, prefix: 'millrace_api_' }));
  return registry;
}
