import { Type } from 'typebox';
import type { Checks } from '../health/checks.js';
import { checkNames, FaultSchema } from '../health/fault.js';
import type { App } from '../http/app-type.js';
import { component } from '../http/openapi/component.js';
import { problems } from '../http/schemas.js';

const ReadyQuery = Type.Object(
  {
    exclude: Type.Optional(
      Type.String({
        pattern: `^(${checkNames.join('|')})(,(${checkNames.join('|')}))*$`,
        description:
          'Checks that are not to count, separated by commas. A balancer before several APIs leaves out what says nothing about them: watcher,workers,queues',
      }),
    ),
  },
  { additionalProperties: false },
);

const Alive = Type.Object({ status: Type.Literal('ok') }, component('Alive', 'The process answers'));
const Ready = Type.Object({ status: Type.Literal('ready') }, component('Ready', 'All that is needed is there'));
const NotReady = Type.Object(
  { status: Type.Literal('not ready'), reasons: Type.Array(FaultSchema) },
  component('NotReady', 'What is missing'),
);

/** GET /healthz and /readyz; both public, and without details that a stranger could use. */
export async function healthRoutes(app: App, { checks }: { readonly checks: Checks }): Promise<void> {
  app.get(
    '/healthz',
    {
      config: { public: true },
      schema: {
        operationId: 'checkLiveness',
        tags: ['health'],
        summary: 'Is the process alive?',
        response: { 200: Alive },
      },
    },
    () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      config: { public: true },
      schema: {
        operationId: 'checkReadiness',
        tags: ['health'],
        summary: 'Can it do its work?',
        querystring: ReadyQuery,
        response: { 200: Ready, ...problems(422), 503: NotReady },
      },
    },
    async (request, reply) => {
      const reasons = await checks.faults(new Set(request.query.exclude?.split(',')));
      if (reasons.length > 0) return reply.code(503).send({ status: 'not ready' as const, reasons });
      return { status: 'ready' as const };
    },
  );
}
