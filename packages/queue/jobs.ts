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

/** Those of some open runs whose job the carrier has lost or thinks is over. */
export async function findRunsWithoutJob<R extends Carried>(carrier: Carrier, runs: readonly R[]): Promise<R[]> {
  const states = await Promise.all(runs.map((run) => carrier.queue(run.queue).getJobState(run.id)));
  return runs.filter((_run, index) => !openStates.includes(states[index] ?? 'unknown'));
}

/** Puts back the jobs of runs that have none, in place of what is left of an earlier one. */
export async function restoreJobs(carrier: Carrier, runs: readonly Carried[]): Promise<void> {
  await Promise.all(runs.map((run) => carrier.queue(run.queue).remove(run.id)));
  await addJobs(carrier, runs);
}
