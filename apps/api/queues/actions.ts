import type { FastifyRequest } from 'fastify';
import { messageOf } from '#contracts/errors.js';
import { type ActionName, type ActionRequest, endAction, insertAction } from '#database/actions.js';
import { actorOf } from '../auth/client.js';
import type { ApiDeps } from '../deps.js';
import type { App } from '../http/app-type.js';
import { HttpProblem, sendProblem } from '../http/problem.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request does to a queue, once it is recorded. */
    action: { readonly id: string; readonly request: ActionRequest } | undefined;
  }
}

/**
 * What Bull Board's API may change when QUEUE_ACTIONS=on, by the route's address: how fast a queue goes, which loses nothing
 * and can be taken back. Everything else is refused (decision 22 says why for each), routes of later versions included.
 */
const allowed: Readonly<Record<string, ActionName>> = {
  '/pause': 'pause',
  '/resume': 'resume',
  '/:queueName/pause': 'pause',
  '/:queueName/resume': 'resume',
  '/:queueName/rate-limit': 'limit-rate',
  '/:queueName/rate-limit/release': 'release-rate-limit',
  '/:queueName/concurrency': 'limit-concurrency',
};

const reading: readonly string[] = ['GET', 'HEAD'];

/**
 * Refuses what must not be done to queues by hand, and records what may: before it is done, and then how it was answered.
 * @param scope in which Bull Board is registered
 * @param basePath of its routes
 * @param names of the queues
 */
export function guardQueueActions(
  scope: App,
  basePath: string,
  names: readonly string[],
  { pool, config }: Pick<ApiDeps, 'pool' | 'config'>,
): void {
  const actionOf = ({ method, routeOptions: { url = '' } }: FastifyRequest): ActionName | undefined =>
    method === 'PUT' ? allowed[url.replace(`${basePath}/api/queues`, '')] : undefined;

  scope.decorateRequest('action', undefined);
  scope.addHook('onRequest', async (request, reply) => {
    if (reading.includes(request.method)) return;
    if (config.queueActions === 'off') {
      return sendProblem(
        request,
        reply,
        refused('queues are only shown here; QUEUE_ACTIONS=on lets people slow them down'),
      );
    }
    if (actionOf(request) === undefined) return sendProblem(request, reply, refused(recordDecides));
  });

  // Here the body has been read, but nothing done.
  scope.addHook('preHandler', async (request, reply) => {
    const action = actionOf(request);
    const queue = queueOf(request);
    // Bull Board answers 404 to a queue that it does not know.
    if (action === undefined || (queue !== null && !names.includes(queue))) return;
    const entry = {
      ...actorOf(request),
      subject: 'queue',
      action,
      queue,
      runId: null,
      detail: numbersOf(request.body),
    };
    try {
      request.action = { id: await insertAction(pool, entry), request: entry };
    } catch (error) {
      request.log.error({ err: error }, `an action was refused because it cannot be recorded: ${messageOf(error)}`);
      const detail = 'what is done by hand is recorded first, and the database cannot do that; try again soon';
      return sendProblem(request, reply, new HttpProblem('database-unavailable', detail));
    }
  });

  scope.addHook('onSend', async (request, reply, payload) => {
    if (request.action === undefined) return payload;
    const { id, request: entry } = request.action;
    const outcome =
      reply.statusCode < 400 ? 'a queue was changed by hand' : 'a queue was to be changed by hand, and was not';
    request.log.info({ ...entry, status: reply.statusCode }, outcome);
    try {
      await endAction(pool, id, reply.statusCode);
    } catch (error) {
      request.log.error({ err: error, id }, `how an action was answered is not recorded: ${messageOf(error)}`);
    }
    return payload;
  });
}

const recordDecides =
  'jobs are not added, changed, moved or removed by hand: the record of runs decides about them; replay a file or start a run';

const refused = (detail: string): HttpProblem => new HttpProblem('queue-action-refused', detail);

function queueOf({ params }: FastifyRequest): string | null {
  return typeof params === 'object' && params !== null && 'queueName' in params ? String(params.queueName) : null;
}

const numberNames: readonly string[] = ['max', 'duration', 'concurrency'];

/** The numbers of the body that an action has; what else came with it is not kept. */
function numbersOf(body: unknown): Record<string, number | null> | null {
  const entries = Object.entries(Object(body)).flatMap(([name, value]): [string, number | null][] =>
    numberNames.includes(name) && (typeof value === 'number' || value === null) ? [[name, value]] : [],
  );
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
