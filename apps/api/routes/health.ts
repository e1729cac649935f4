import { Type } from 'typebox';
import { messageOf } from '#contracts/errors.js';
import type { ApiDeps } from '../deps.js';
import type { App } from '../http/app-type.js';
import { withTimeLimit } from '../http/time-limit.js';

/** How long one check may take; a balancer that asks every few seconds must not pile up questions. */
const checkMs = 3_000;

const Alive = Type.Object({ status: Type.Literal('ok') }, { description: 'The process answers' });
const Ready = Type.Object({ status: Type.Literal('ready') }, { description: 'All that is needed is there' });
const NotReady = Type.Object(
  {
    status: Type.Literal('not ready'),
    reasons: Type.Array(Type.Object({ check: Type.String(), reason: Type.String() })),
  },
  { description: 'What is missing' },
);

/** GET /healthz and /readyz; both public, and without details that a stranger could use. */
export async function healthRoutes(app: App, deps: ApiDeps): Promise<void> {
  app.get(
    '/healthz',
    {
      config: { public: true },
      schema: { tags: ['health'], summary: 'Is the process alive?', response: { 200: Alive } },
    },
    () => ({ status: 'ok' as const }),
  );

  const checks: readonly [name: string, fault: string, ask: () => Promise<string | undefined>][] = [
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
  ];

  app.get(
    '/readyz',
    {
      config: { public: true },
      schema: { tags: ['health'], summary: 'Can it do its work?', response: { 200: Ready, 503: NotReady } },
    },
    async (request, reply) => {
      const reasons = await Promise.all(
        checks.map(async ([check, fault, ask]) => {
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
