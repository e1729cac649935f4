import { createPostgresBackend, type JobsOptions, Queue } from 'bullmq';

/** Where the jobs are: in Redis when it is given, else in the database. */
export interface QueueAddress {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
}

/** What the bench needs of a queue of BullMQ, over either backend. */
export interface JobQueue {
  addBulk(jobs: { name: string; data: object; opts?: JobsOptions }[]): Promise<unknown>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  getJobCounts(...states: string[]): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/** A queue with BullMQ's own settings. */
export function openQueue(name: string, { databaseUrl, redisUrl }: QueueAddress, prefix = 'bull'): JobQueue {
  const queue =
    redisUrl === undefined
      ? new Queue(name, { connection: { connectionString: databaseUrl, max: 2 } }, createPostgresBackend)
      : new Queue(name, { connection: { url: redisUrl }, prefix });
  queue.on('error', () => {});
  return queue;
}

/** Adds as many jobs as are given, some at a time. */
export async function addInPortions(queue: JobQueue, jobs: Parameters<JobQueue['addBulk']>[0]): Promise<void> {
  for (let from = 0; from < jobs.length; from += 1000) await queue.addBulk(jobs.slice(from, from + 1000));
}
