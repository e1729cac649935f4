import { Type } from 'typebox';
import { queuesOf } from '#catalogue/catalogue.js';
import { messageOf } from '#contracts/errors.js';
import { withTimeLimit } from '#process/time-limit.js';
import type { ApiDeps } from '../deps.js';
import { observePlatform } from '../health/platform.js';
import type { App } from '../http/app-type.js';
import { component } from '../http/openapi/component.js';
import { problems } from '../http/schemas.js';

/** How long one check may take; a balancer that asks every few seconds must not pile up questions. */
const checkMs = 3_000;

const checkNames = ['database', 'migrations', 'carrier', 'watcher', 'workers', 'queues'] as const;
type CheckName = (typeof checkNames)[number];

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
  {
    status: Type.Literal('not ready'),
    reasons: Type.Array(Type.Object({ check: Type.Enum([...checkNames]), reason: Type.String() })),
  },
  component('NotReady', 'What is missing'),
);

/**
 * GET /healthz and /readyz; both public, and without details that a stranger could use. What stands in for the platform
 * as a whole counts: an API that records runs which nobody carries out is not ready.
 */
export async function healthRoutes(app: App, deps: ApiDeps): Promise<void> {
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

  const platform = observePlatform({
    pool: deps.pool,
    carrier: deps.carrier,
    queues: [...queuesOf(deps.catalogue).keys()],
    beatMs: deps.config.reconcileIntervalMs,
    lookMs: checkMs,
    onError: (error) => app.log.debug({ err: error }, `the platform cannot be looked at: ${messageOf(error)}`),
  });
  app.addHook('onClose', () => platform.close());

  const checks: readonly [name: CheckName, fault: string, ask: () => Promise<string | undefined>][] = [
    ['database', 'cannot be reached', async () => void (await deps.pool.query('SELECT 1'))],
    [
      'migrations',
      'cannot be read',
      async () => {
        const pending = await deps.pendingMigrations();
        return pending.length > 0 ? `not applied yet: ${pending.join(', ')}` : undefined;
      },
    ],
    ['carrier', 'cannot be reached', async () => void (await deps.carrier.ping())],
    ['watcher', 'cannot be seen', () => platform.watcher()],
    ['workers', 'cannot be seen', () => platform.workers()],
    ['queues', 'cannot be seen', () => platform.queues()],
  ];

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
      const excluded = new Set<string>(request.query.exclude?.split(','));
      const asked = checks.filter(([check]) => !excluded.has(check));
      const reasons = await Promise.all(
        asked.map(async ([check, fault, ask]) => {
          try {
            const reason = await withTimeLimit(ask(), checkMs, check);
            return reason === undefined ? [] : [{ check, reason }];
          } catch (error) {
            request.log.debug({ err: error }, `not ready: ${check}: ${messageOf(error)}`);
            return [{ check, reason: `the ${check} ${fault}` }];
          }
        }),
      );
      const missing = reasons.flat();
      if (missing.length > 0) return reply.code(503).send({ status: 'not ready' as const, reasons: missing });
      return { status: 'ready' as const };
    },
  );
}
