import type { Queue } from 'bullmq';

/** Jobs that a worker ends between two trims. */
const trimEvery = 1_000;
const ends = ['completed', 'failed'] as const;

/** As much of a worker as is needed here. */
interface EndingWorker {
  on(event: (typeof ends)[number], listener: () => void): unknown;
}

/**
 * Takes away ended jobs of a worker's queue but the newest `keep` of each kind, again and again while it ends others. The
 * carrier's own way of doing so looks at all that are kept whenever a job ends, which in a database costs more than the
 * job itself.
 * @param queueOf opens the queue, when it is needed
 */
export function trimEnded(
  worker: EndingWorker,
  queueOf: () => Pick<Queue, 'getJobCounts' | 'clean'>,
  keep: number,
  onError: (error: Error) => void,
): void {
  let ended = 0;
  const trim = async (): Promise<void> => {
    const queue = queueOf();
    const counts = await queue.getJobCounts(...ends);
    for (const state of ends) {
      const surplus = (counts[state] ?? 0) - keep;
      if (surplus > 0) await queue.clean(0, surplus, state);
    }
  };
  for (const state of ends) {
    worker.on(state, () => {
      ended += 1;
      if (ended % trimEvery === 0) void trim().catch(onError);
    });
  }
}
