import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { Queue } from 'bullmq';
import type { RunQueue } from '#queue/carrier.js';
import type { ApiDeps } from '../deps.js';
import type { App } from '../http/app-type.js';
import { bundledPagePolicy, setPolicy } from '../http/security-headers.js';

const basePath = '/queues';

/** /queues: Bull Board over the queues of all tasks, each job linked to its run. */
export async function queueRoutes(app: App, { carrier, catalogue }: ApiDeps): Promise<void> {
  const names = [...new Set([...catalogue.values()].map((task) => task.queue))].sort();
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(basePath);
  createBullBoard({
    serverAdapter,
    queues: names.map((name) => {
      const tasks = [...catalogue.values()].filter((task) => task.queue === name).map((task) => task.name);
      return new BullMQAdapter(boardQueue(carrier.queue(name)), {
        description: `Carries the runs of ${tasks.join(', ')}`,
        // What a job is depends on its run alone: the record decides about tries, and puts lost jobs back.
        allowRetries: false,
        externalJobUrl: (job) => ({ displayText: 'Run', href: `/api/runs/${encodeURIComponent(String(job.id))}` }),
      });
    }),
    options: { uiConfig: { boardTitle: 'Millrace queues', miscLinks: [{ text: 'Millrace', url: '/' }] } },
  });

  await app.register(async (scope: App) => {
    scope.addHook('onRequest', async (_request, reply) => void setPolicy(reply, bundledPagePolicy));
    await scope.register(serverAdapter.registerPlugin(), { prefix: basePath });
  });
}

type BoardQueue = ConstructorParameters<typeof BullMQAdapter>[0];

/** Bull Board takes BullMQ's queues over any backend and asks for what each can do; its types name Redis's alone. */
function boardQueue(queue: RunQueue): BoardQueue {
  if (!isBoardQueue(queue)) throw new Error('expected a queue of BullMQ');
  return queue;
}

const isBoardQueue = (queue: unknown): queue is BoardQueue => queue instanceof Queue;
