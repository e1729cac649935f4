import type { Carrier } from './carrier.js';

/** A queue as the carrier has it. */
export interface QueueState {
  readonly name: string;
  readonly paused: boolean;
  /** How many of its jobs may run at a time, over all workers; null: no limit. */
  readonly concurrency: number | null;
  /** How many of its jobs may begin in a time; null: no limit. */
  readonly rateLimit: { readonly max: number; readonly durationMs: number } | null;
  /** By BullMQ's own states. Of those that ended only the newest are kept. */
  readonly jobs: Readonly<Record<string, number>>;
}

/** Looks at a queue. @throws when the carrier cannot be reached */
export async function readQueueState(carrier: Carrier, name: string): Promise<QueueState> {
  const queue = carrier.queue(name);
  const [paused, concurrency, limit, jobs] = await Promise.all([
    queue.isPaused(),
    queue.getGlobalConcurrency(),
    queue.getGlobalRateLimit(),
    queue.getJobCounts(),
  ]);
  return { name, paused, concurrency, rateLimit: limit && { max: limit.max, durationMs: limit.duration }, jobs };
}
