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

/** What a run's job does: `none` when the carrier has lost it or thinks that it is over. */
export type JobStanding = 'waiting' | 'delayed' | 'active' | 'none';

const standings: Readonly<Record<string, JobStanding>> = {
  waiting: 'waiting',
  prioritized: 'waiting',
  'waiting-children': 'waiting',
  delayed: 'delayed',
  active: 'active',
};

/** What the jobs of some runs do, in their order. */
export async function readStandings(carrier: Carrier, runs: readonly Carried[]): Promise<JobStanding[]> {
  const states = await Promise.all(runs.map((run) => carrier.queue(run.queue).getJobState(run.id)));
  return states.map((state) => standings[state] ?? 'none');
}

/** Those of some open runs whose job the carrier has lost or thinks is over. */
export async function findRunsWithoutJob<R extends Carried>(carrier: Carrier, runs: readonly R[]): Promise<R[]> {
  const found = await readStandings(carrier, runs);
  return runs.filter((_run, index) => found[index] === 'none');
}

/** Puts back the jobs of runs that have none, in place of what is left of an earlier one. */
export async function restoreJobs(carrier: Carrier, runs: readonly Carried[]): Promise<void> {
  await Promise.all(runs.map((run) => carrier.queue(run.queue).remove(run.id)));
  await addJobs(carrier, runs);
}

/** BullMQ's word for "whoever has its lock". Source: the scripts of both of its backends, which skip the check for it. */
const anyToken = '0';

/**
 * Makes jobs wait for a worker now: one that is delayed, and one whose worker is known to be gone although its lock has
 * not run out, as when the clock that it goes by was set back.
 */
export async function hurryJobs(carrier: Carrier, runs: readonly Carried[]): Promise<void> {
  await Promise.all(
    runs.map(async (run) => {
      const job = await carrier.queue(run.queue).getJob(run.id);
      const state = await job?.getState();
      if (state === 'delayed') await job?.promote();
      if (state === 'active') await job?.moveToWait(anyToken);
    }),
  );
}
