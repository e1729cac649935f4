import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { App } from '../http/app-type.js';
import { bundledPagePolicy, setPolicy } from '../http/security-headers.js';

/** Gathers the routes registered after it; registered before them. */
export async function gatherOpenApi(app: App, hasToken: boolean): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Millrace',
        description:
          'Files in; rows, faces and history out. Lists are paged by cursor; errors are problem details (RFC 9457).',
        version: '0.1.0',
      },
      tags: [
        { name: 'tasks', description: 'Predefined pieces of work' },
        { name: 'runs', description: 'Executions of tasks, and their history' },
        { name: 'files', description: 'The ledger of the inbox' },
        { name: 'datasets', description: 'The loaded rows' },
        { name: 'queues', description: 'What was done by hand at /queues' },
        { name: 'health', description: 'For supervisors and balancers' },
      ],
      ...(hasToken
        ? {
            components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
            security: [{ token: [] }],
          }
        : {}),
    },
  });
}

/** GET /api/openapi.json, and /docs to browse it. */
export async function docsRoutes(app: App): Promise<void> {
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
  await app.register(async (scope: App) => {
    scope.addHook('onRequest', async (_request, reply) => void setPolicy(reply, bundledPagePolicy));
    await scope.register(swaggerUi, {
      routePrefix: '/docs',
      uiConfig: { deepLinking: true },
      theme: { title: 'Millrace API' },
    });
  });
}
