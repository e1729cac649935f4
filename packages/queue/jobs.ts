import type { Carrier, JobData } from './carrier.js';

/** A recorded run, as far as its job needs to know. */
export interface Carried {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly priority: number;
  /** Milliseconds until it may start. */
  readonly delayMs: number;
}

/** Adds the jobs of recorded runs. Adding one that is there already does nothing, so this may be repeated. */
export async function addJobs(carrier: Carrier, runs: readonly Carried[]): Promise<void> {
  for (const name of new Set(runs.map((run) => run.queue))) {
    const ofQueue = runs.filter((run) => run.queue === name);
    await carrier.queue(name).addBulk(
      ofQueue.map((run) => ({
        name: run.task,
        data: { runId: run.id } satisfies JobData,
        opts: { jobId: run.id, priority: run.priority, delay: Math.max(0, Math.round(run.delayMs)) },
      })),
    );
  }
}

/** How many jobs of a queue are still to be done or being done. */
export async function countOpenJobs(carrier: Carrier, queue: string): Promise<number> {
  const counts = await carrier
    .queue(queue)
    .getJobCounts('wait', 'active', 'delayed', 'prioritized', 'waiting-children');
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

const openStates: readonly string[] = ['waiting', 'active', 'delayed', 'prioritized', 'waiting-children'];

/**
 * Puts back the jobs of open runs that the carrier has lost or thinks are over.
 * @returns the runs whose job was put back
 */
export async function restoreJobs(carrier: Carrier, runs: readonly Carried[]): Promise<Carried[]> {
  const restored: Carried[] = [];
  await Promise.all(
    runs.map(async (run) => {
      const queue = carrier.queue(run.queue);
      const state = await queue.getJobState(run.id);
      if (openStates.includes(state)) return;
      if (state !== 'unknown') await queue.remove(run.id);
      restored.push(run);
    }),
  );
  await addJobs(carrier, restored);
  return restored;
}
