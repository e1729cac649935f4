import type { JobsOptions } from 'bullmq';
import { messageOf } from '#contracts/errors.js';
import type { OpenRun, RunInQueue } from '#contracts/open-run.js';
import { withTimeLimit } from '#process/time-limit.js';
import type { Carrier, JobData, RunJob, RunQueue } from './carrier.js';

/**
 * Adds the jobs of recorded runs, as children of their parents' jobs. Adding one that is there already does nothing but
 * make it a child of its parent's job, so this may be repeated. Where the job of a parent is missing they are nobody's
 * children until the parent has one again.
 * @throws Error when the carrier does not answer
 */
export async function addJobs(carrier: Carrier, runs: readonly OpenRun[]): Promise<void> {
  for (const name of new Set(runs.map((run) => run.queue))) {
    const orphans = await addToQueue(
      carrier,
      name,
      runs.filter((run) => run.queue === name),
    );
    if (orphans.length === 0) continue;
    await addToQueue(
      carrier,
      name,
      orphans.map((run) => ({ ...run, parent: undefined })),
    );
  }
}

/** @returns the runs whose jobs were not added, because the carrier does not have the job of their parent */
async function addToQueue(carrier: Carrier, name: string, runs: readonly OpenRun[]): Promise<OpenRun[]> {
  const jobs = await carrier.queue(name).addBulk(
    runs.map((run) => ({
      name: run.task,
      data: { runId: run.id } satisfies JobData,
      opts: {
        jobId: run.id,
        priority: run.priority,
        delay: Math.max(0, Math.round(run.delayMs)),
        ...carrier.retention(),
        ...(run.parent && childOf(carrier, run.parent)),
      },
    })),
  );
  // BullMQ throws nothing then: such a job has the code of an error in place of its id.
  return runs.filter((run, index) => jobs[index]?.id !== run.id);
}

/** A child that fails lets its parent go on: the record says what becomes of it. */
const childOf = (carrier: Carrier, { id, queue }: RunInQueue): JobsOptions => ({
  parent: { id, queue: carrier.queue(queue).qualifiedName },
  ignoreDependencyOnFailure: true,
});

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
export type JobStanding = 'waiting' | 'waiting-children' | 'delayed' | 'active' | 'none';

const standings: Readonly<Record<string, JobStanding>> = {
  waiting: 'waiting',
  prioritized: 'waiting',
  'waiting-children': 'waiting-children',
  delayed: 'delayed',
  active: 'active',
};

/** What the jobs of some runs do, in their order. */
export async function readStandings(carrier: Carrier, runs: readonly OpenRun[]): Promise<JobStanding[]> {
  return await Promise.all(runs.map((run) => readStanding(carrier.queue(run.queue), run.id)));
}

async function readStanding(queue: RunQueue, runId: string): Promise<JobStanding> {
  const job = await queue.getJob(runId);
  if (!job || job.finishedOn !== undefined) return 'none';
  // One that no worker has had waits for one. Asking in which list it is would have Redis walk through all that wait.
  if (job.processedOn === undefined && job.delay === 0) return 'waiting';
  return standings[await queue.getJobState(runId)] ?? 'none';
}

/** Puts back the jobs of runs that have none, instead of what is left of an earlier one. */
export async function restoreJobs(carrier: Carrier, runs: readonly OpenRun[]): Promise<void> {
  await removeJobs(carrier, runs);
  await addJobs(carrier, runs);
}

/** The same; jobs that the carrier does not take now are added by the reconciler later, so this never throws. */
export async function resendJobs(carrier: Carrier, runs: readonly OpenRun[], options: SendOptions): Promise<void> {
  if (runs.length > 0) await orLater(() => restoreJobs(carrier, runs), options);
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

/**
 * Has jobs taken soon that were put off, and adds those that are missing; one that a worker has is left to it.
 * @throws Error when the carrier does not answer
 */
export async function wakeJobs(carrier: Carrier, runs: readonly OpenRun[]): Promise<void> {
  const missing: OpenRun[] = [];
  for (let at = 0; at < runs.length; at += changedAtOnce) {
    await Promise.all(
      runs.slice(at, at + changedAtOnce).map(async (run) => {
        const job = await carrier.queue(run.queue).getJob(run.id);
        if (!job || job.finishedOn !== undefined) missing.push(run);
        else if ((await job.getState()) === 'delayed') await promote(job);
      }),
    );
  }
  await restoreJobs(carrier, missing);
}

async function promote(job: RunJob): Promise<void> {
  try {
    await job.promote();
  } catch (error) {
    // Its time came, or somebody else was quicker.
    if ((await job.getState()) === 'delayed') throw error;
  }
}

/** The ids of some jobs that no worker has yet. */
export async function listWaitingJobs(
  carrier: Carrier,
  queue: string,
  { start, limit }: { readonly start: number; readonly limit: number },
): Promise<string[]> {
  const kinds = ['wait', 'prioritized', 'delayed', 'waiting-children'] as const;
  const pages = await Promise.all(
    kinds.map((kind) => carrier.queue(queue).getJobs([kind], start, start + limit - 1, true)),
  );
  return pages.flat().flatMap((job) => job?.id ?? []);
}

/** Jobs that are removed, or let go, at a time. */
const changedAtOnce = 100;

/**
 * Takes away jobs whose runs have ended before a worker had them; one that a worker has is left to that worker.
 * @throws Error when the carrier does not answer
 */
export async function removeJobs(carrier: Carrier, runs: readonly RunInQueue[]): Promise<void> {
  for (let at = 0; at < runs.length; at += changedAtOnce) {
    await Promise.all(
      runs
        .slice(at, at + changedAtOnce)
        .map(({ id, queue }) => carrier.queue(queue).remove(id, { removeChildren: false })),
    );
  }
}
