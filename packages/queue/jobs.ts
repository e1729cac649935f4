import { messageOf } from '#contracts/errors.js';
import type { OpenRun } from '#contracts/open-run.js';
import { withTimeLimit } from '#process/time-limit.js';
import type { Carrier, JobData } from './carrier.js';

/** Adds the jobs of recorded runs. Adding one that is there already does nothing, so this may be repeated. */
export async function addJobs(carrier: Carrier, runs: readonly OpenRun[]): Promise<void> {
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

/** What a sender of jobs does when the carrier does not take them. */
export interface SendOptions {
  /** Called with what is to be logged. */
  onFailure(message: string, error: unknown): void;
  /** Milliseconds that the carrier has to answer; as long as it takes if not given. */
  readonly limitMs?: number;
}

/**
 * Adds the jobs of runs that are recorded (promise 1). Jobs that the carrier does not take now are added by the
 * reconciler later, so this never throws.
 */
export async function sendJobs(carrier: Carrier, runs: readonly OpenRun[], options: SendOptions): Promise<void> {
  if (runs.length > 0) await orLater(() => addJobs(carrier, runs), options);
}

/** The same for runs that had jobs before, which are over: those of parents whose invoked runs have ended. */
export async function resendJobs(carrier: Carrier, runs: readonly OpenRun[], options: SendOptions): Promise<void> {
  if (runs.length === 0) return;
  await orLater(async () => {
    const standings = await readStandings(carrier, runs);
    await restoreJobs(
      carrier,
      runs.filter((_run, index) => standings[index] === 'none'),
    );
  }, options);
}

async function orLater(send: () => Promise<void>, { onFailure, limitMs }: SendOptions): Promise<void> {
  try {
    await (limitMs === undefined ? send() : withTimeLimit(send(), limitMs, 'the carrier'));
  } catch (error) {
    onFailure(`carrier did not take a job: ${messageOf(error)}; the reconciler adds it later`, error);
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
export async function readStandings(carrier: Carrier, runs: readonly OpenRun[]): Promise<JobStanding[]> {
  const states = await Promise.all(runs.map((run) => carrier.queue(run.queue).getJobState(run.id)));
  return states.map((state) => standings[state] ?? 'none');
}

/** Puts back the jobs of runs that have none, instead of what is left of an earlier one. */
export async function restoreJobs(carrier: Carrier, runs: readonly OpenRun[]): Promise<void> {
  await Promise.all(runs.map((run) => carrier.queue(run.queue).remove(run.id)));
  await addJobs(carrier, runs);
}

/**
 * BullMQ's word for "the holder of its lock, whichever it is". Source: the scripts of both of its backends, which skip
 * the check for it.
 */
const anyToken = '0';

/**
 * Makes jobs wait for a worker now: one that is delayed, and one whose worker is known to be gone although its lock has
 * not run out, as when the clock that it goes by was set back.
 */
export async function hurryJobs(carrier: Carrier, runs: readonly OpenRun[]): Promise<void> {
  await Promise.all(
    runs.map(async (run) => {
      const job = await carrier.queue(run.queue).getJob(run.id);
      const state = await job?.getState();
      if (state === 'delayed') await job?.promote();
      if (state === 'active') await job?.moveToWait(anyToken);
    }),
  );
}
