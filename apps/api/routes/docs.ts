import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { Type } from 'typebox';
import type { Credentials } from '../auth/credentials.js';
import type { App } from '../http/app-type.js';
import { namedComponents } from '../http/openapi/document.js';
import { onlyDescribeProblems } from '../http/openapi/problem-answers.js';
import { problemPage } from '../http/problems/problem-types.js';
import { problems } from '../http/schemas.js';
import { bundledPagePolicy, setPolicy } from '../http/security-headers.js';
import { sendProblemsPage } from '../pages/problems.js';

/**
 * Gathers the routes registered after it; registered before them.
 * @param credentials what the server asks for; undefined for nothing
 */
export async function gatherOpenApi(app: App, credentials: Credentials | undefined): Promise<void> {
  await app.register(swagger, {
    ...namedComponents(),
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Millrace',
        description:
          'Files in; rows, faces and history out. Lists are paged by cursor; errors are problem details (RFC 9457), each ' +
          `with a stable code, which ${problemPage} explains.`,
        version: '0.1.0',
      },
      tags: [
        { name: 'overview', description: 'What the platform does now' },
        { name: 'tasks', description: 'Predefined pieces of work' },
        { name: 'runs', description: 'Executions of tasks, and their history' },
        { name: 'live', description: 'What happens, as it happens: server-sent events' },
        { name: 'schedules', description: 'When tasks run by themselves' },
        { name: 'files', description: 'The ledger of the inbox' },
        { name: 'datasets', description: 'The loaded rows' },
        { name: 'recordings', description: 'Car drives: footages and their frames, labels, sensor values' },
        { name: 'workers', description: 'The processes that carry runs out' },
        { name: 'search', description: 'Anything, by what one knows of it' },
        { name: 'queues', description: 'What was done by hand at /queues' },
        { name: 'session', description: 'Who one is: log in, log out' },
        { name: 'health', description: 'For supervisors and balancers' },
        { name: 'description', description: 'The API itself' },
      ],
      ...(credentials ? securityOf(credentials) : {}),
    },
  });
  onlyDescribeProblems(app);
}

/** What requests have to bring, one of them. */
function securityOf({ token }: Credentials): NonNullable<FastifyDynamicSwaggerOptions['openapi']> {
  const session = {
    type: 'apiKey',
    in: 'cookie',
    name: 'millrace_session',
    description: 'Over TLS __Host-millrace_session',
  } as const;
  if (token === undefined) return { components: { securitySchemes: { session } }, security: [{ session: [] }] };
  const bearer = { type: 'http', scheme: 'bearer' } as const;
  return {
    components: { securitySchemes: { token: bearer, session } },
    security: [{ token: [] }, { session: [] }],
  };
}

/** GET /api/openapi.json, /docs to browse it, and /docs/problems, to which the types of problems lead. */
export async function docsRoutes(app: App): Promise<void> {
  app.get(
    '/api/openapi.json',
    {
      schema: {
        operationId: 'getOpenApi',
        tags: ['description'],
        summary: 'This description',
        response: { 200: Type.Unknown({ description: 'An OpenAPI 3.1 document' }), ...problems() },
      },
    },
    () => app.swagger(),
  );
  // Open to everybody, as the problem that says that a token is needed leads here, too.
  app.get(problemPage, { config: { public: true }, schema: { hide: true } }, (_request, reply) =>
    sendProblemsPage(reply),
  );
  await app.register(async (scope: App) => {
    scope.addHook('onRequest', async (_request, reply) => void setPolicy(reply, bundledPagePolicy));
    await scope.register(swaggerUi, {
      routePrefix: '/docs',
      uiConfig: { deepLinking: true },
      theme: { title: 'Millrace API' },
    });
  });
}
