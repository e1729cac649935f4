import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { Queue } from 'bullmq';
import { withTimeLimit } from '#process/time-limit.js';
import type { Carrier, RunQueue } from '#queue/carrier.js';
import type { ApiDeps } from '../deps.js';
import type { App } from '../http/app-type.js';
import { HttpProblem, sendProblem } from '../http/problem.js';
import { bundledPagePolicy, setPolicy } from '../http/security-headers.js';
import { guardQueueActions } from '../queues/actions.js';

const basePath = '/queues';

/** /queues: Bull Board over the queues of all tasks, each job linked to its run; it only shows unless QUEUE_ACTIONS=on. */
export async function queueRoutes(app: App, deps: ApiDeps): Promise<void> {
  const { carrier, catalogue } = deps;
  const readOnlyMode = deps.config.queueActions === 'off';
  const names = [...new Set([...catalogue.values()].map((task) => task.queue))].sort();
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(basePath);
  const board = createBullBoard({
    serverAdapter,
    queues: [],
    options: { uiConfig: { boardTitle: 'Millrace queues', miscLinks: [{ text: 'Millrace', url: '/' }] } },
  });
  let shown: readonly RunQueue[] = [];
  const showQueues = (): void => {
    const queues = names.map((name) => carrier.queue(name));
    if (queues.every((queue, index) => queue === shown[index])) return;
    board.replaceQueues(queues.map((queue) => adapterOf(queue, catalogue, readOnlyMode)));
    shown = queues;
  };

  await app.register(async (scope: App) => {
    guardQueueActions(scope, basePath, names, deps);
    scope.addHook('onRequest', async (request, reply) => {
      setPolicy(reply, bundledPagePolicy);
      showQueues();
      // Its own requests would wait as long as the carrier is away.
      if (!request.url.startsWith(`${basePath}/api/`) || (await answers(carrier))) return;
      // Sent here: the board's own handler makes every error a 500.
      const detail = 'the carrier of the jobs cannot be reached; the run record is at /api/runs';
      return sendProblem(request, reply, new HttpProblem('carrier-unavailable', detail));
    });
    await scope.register(serverAdapter.registerPlugin(), { prefix: basePath });
  });
}

/** How long a request of the board waits for the carrier. */
const carrierMs = 2_000;

async function answers(carrier: Carrier): Promise<boolean> {
  try {
    await withTimeLimit(carrier.ping(), carrierMs, 'the carrier');
    return true;
  } catch {
    return false;
  }
}

function adapterOf(queue: RunQueue, catalogue: ApiDeps['catalogue'], readOnlyMode: boolean): BullMQAdapter {
  const tasks = [...catalogue.values()].filter((task) => task.queue === queue.name).map((task) => task.name);
  return new BullMQAdapter(boardQueue(queue), {
    description: `Carries the runs of ${tasks.join(', ')}`,
    readOnlyMode,
    // What a job is depends on its run alone: the record decides about tries, and puts lost jobs back.
    allowRetries: false,
    externalJobUrl: (job) => ({ displayText: 'Run', href: `/runs/${encodeURIComponent(String(job.id))}` }),
  });
}

type BoardQueue = ConstructorParameters<typeof BullMQAdapter>[0];

/** Bull Board takes BullMQ's queues over any backend and asks for what each can do; its types name Redis's alone. */
function boardQueue(queue: RunQueue): BoardQueue {
  if (!isBoardQueue(queue)) throw new Error('expected a queue of BullMQ');
  return queue;
}

const isBoardQueue = (queue: unknown): queue is BoardQueue => queue instanceof Queue;
