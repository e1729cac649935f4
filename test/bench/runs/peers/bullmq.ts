import { createPostgresBackend, runMigrations, Worker } from 'bullmq';
import { onDatabase } from '../../load/server.js';
import { addInPortions, openQueue } from '../bullmq-queue.js';
import type { Peer } from './peer.js';

const queueName = 'noop';

/** BullMQ alone, what our carrier is made of: no record of runs. */
export const bullmq: Peer = {
  name: 'bullmq',
  carriers: ['postgres', 'redis'],
  async add(address, jobs) {
    if (address.redisUrl === undefined) await onDatabase(address.databaseUrl, (client) => runMigrations(client));
    const queue = openQueue(queueName, address);
    await addInPortions(
      queue,
      Array.from({ length: jobs }, () => ({ name: queueName, data: {} })),
    );
    return {
      async left() {
        const counts = await queue.getJobCounts('wait', 'active', 'delayed', 'prioritized');
        return Object.values(counts).reduce((sum, count) => sum + count, 0);
      },
      close: () => queue.close(),
    };
  },
  async work({ databaseUrl, redisUrl }, slots, onJob) {
    const job = async (): Promise<void> => onJob();
    const worker =
      redisUrl === undefined
        ? new Worker(
            queueName,
            job,
            { concurrency: slots, connection: { connectionString: databaseUrl, max: slots + 2 } },
            createPostgresBackend,
          )
        : new Worker(queueName, job, {
            concurrency: slots,
            connection: { url: redisUrl, maxRetriesPerRequest: null },
          });
    worker.on('error', (error) => console.error(error));
    await worker.waitUntilReady();
  },
};
