import type { Carrier } from './carrier.js';

/** What keeps the jobs of a queue waiting. */
export interface QueueStoppage {
  readonly paused: boolean;
  /** The number of its jobs taken in a time is limited. */
  readonly rateLimited: boolean;
  /** The job that is to be taken next; undefined when none waits, or one is being worked on. */
  readonly idleJob: string | undefined;
}

/** Looks at a queue. @throws when the carrier cannot be reached */
export async function readStoppage(carrier: Carrier, name: string): Promise<QueueStoppage> {
  const queue = carrier.queue(name);
  const [paused, limit, limitedMs, counts] = await Promise.all([
    queue.isPaused(),
    queue.getGlobalRateLimit(),
    queue.getRateLimitTtl(),
    queue.getJobCounts('waiting', 'prioritized', 'active'),
  ]);
  const isIdle = (counts['active'] ?? 0) === 0 && (counts['waiting'] ?? 0) + (counts['prioritized'] ?? 0) > 0;
  const next = isIdle ? await queue.getJobs(['waiting', 'prioritized'], 0, 0, true) : [];
  return { paused, rateLimited: limit !== null || limitedMs > 0, idleJob: next[0]?.id };
}
