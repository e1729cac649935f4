import { Gauge, Registry } from 'prom-client';
import { Type } from 'typebox';
import { queuesOf } from '#catalogue/catalogue.js';
import { messageOf } from '#contracts/errors.js';
import type { ApiDeps } from '../deps.js';
import type { App } from '../http/app-type.js';
import { problems } from '../http/schemas.js';
import { platformMetrics } from '../metrics/platform-metrics.js';
import { platformFigures } from '../metrics/snapshot.js';

/**
 * GET /metrics: what the record says of the whole platform, and what this process of the API knows of itself.
 * @param own has the latter, and is given more of it here
 */
export async function metricRoutes(app: App, { pool, catalogue }: ApiDeps, own: Registry): Promise<void> {
  const platform = new Registry();
  const fill = platformMetrics(platform, catalogue);
  const read = platformFigures(pool, [...queuesOf(catalogue).keys()]);

  const isRead = new Gauge({
    name: 'millrace_record_up',
    help: '1 when the record could be read; without it there are the figures of this process only',
    registers: [own],
  });
  new Gauge({
    name: 'millrace_database_pool_connections',
    help: 'Connections of this process to the database',
    labelNames: ['state'],
    registers: [own],
    collect() {
      this.set({ state: 'idle' }, pool.idleCount);
      this.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
    },
  });
  new Gauge({
    name: 'millrace_database_pool_waiting',
    help: 'What waits in this process for a connection to the database',
    registers: [own],
    collect() {
      this.set(pool.waitingCount);
    },
  });

  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        tags: ['health'],
        summary: 'Figures for Prometheus',
        response: {
          200: {
            description: 'In the text format of Prometheus',
            content: { 'text/plain': { schema: Type.String() } },
          },
          ...problems(),
        },
      },
    },
    async (request, reply) => {
      const figures = await read().catch((error: unknown) => {
        request.log.warn({ err: error }, `the record could not be read for metrics: ${messageOf(error)}`);
        return undefined;
      });
      isRead.set(figures ? 1 : 0);
      if (figures) fill(figures);
      const texts = [...(figures ? [await platform.metrics()] : []), await own.metrics()];
      return await reply.type(Registry.PROMETHEUS_CONTENT_TYPE).send(texts.join('\n'));
    },
  );
}
