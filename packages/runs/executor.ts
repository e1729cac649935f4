import { DelayedError, UnrecoverableError, WaitingChildrenError } from 'bullmq';
import { FencedError } from '#contracts/errors.js';
import type { OpenRun } from '#contracts/open-run.js';
import { isConnectionError } from '#database/error-kinds.js';
import { listOpenChildren } from '#database/runs/invocations.js';
import { findReady } from '#database/runs/reconcile.js';
import type { WorkerIdentity } from '#database/workers/heartbeat.js';
import type { RunJob } from '#queue/carrier.js';
import { addJobs } from '#queue/jobs.js';
import { type AttemptDeps, runAttempt } from './attempt.js';
import { viewJob } from './job-view.js';
import { openParking, type Parking, parkedMs } from './parking.js';
import type { RunView } from './run-view.js';
import type { Verdict } from './verdict.js';
import { wakeEarly } from './wake.js';

export interface ExecutorDeps extends AttemptDeps {
  readonly worker: WorkerIdentity;
}

/** What a worker does with jobs. */
export interface Executor {
  /** BullMQ's processor: returns the run's output when it has ended, otherwise throws what makes BullMQ move the job. */
  process(job: RunJob, token: string): Promise<unknown>;
  /** The runs held now. */
  active(): string[];
}

/** How long a job waits when the database or the carrier did not answer, in milliseconds. */
const awayMs = 2_000;

/**
 * Maps jobs to attempts of runs and the attempts' verdicts back to jobs: the one place where the record's states meet
 * the carrier's.
 */
export function createExecutor(deps: ExecutorDeps): Executor {
  const active = new Set<string>();
  const parking = openParking(deps);
  return {
    active: () => [...active],
    async process(job, token) {
      const { runId } = job.data;
      active.add(runId);
      try {
        return await processJob({ ...deps, parking }, job, token);
      } finally {
        active.delete(runId);
      }
    },
  };
}

interface JobDeps extends ExecutorDeps {
  readonly parking: Parking;
}

/** Rounds in which the carrier may know of no run to wait for while the record does; they end in between, as a rule. */
const maxRounds = 3;

async function processJob(deps: JobDeps, job: RunJob, token: string): Promise<unknown> {
  const view = viewJob(job, deps.log);
  for (let round = 1; ; round += 1) {
    const verdict = await attemptRun(deps, job, view);
    switch (verdict.kind) {
      case 'failed':
        throw new UnrecoverableError(verdict.error.message);
      case 'again':
        return await delayJob(job, token, verdict.delayMs);
      case 'parked':
        return await delayJob(job, token, parkedMs, () =>
          deps.parking.wakeIfLetGo({ runId: job.data.runId, task: verdict.task }),
        );
      case 'waits':
        if (!(await addChildren(deps, job, verdict.children))) return await delayJob(job, token, awayMs);
        await waitForChildren(job, token, verdict.isEarly ? () => wakeIfReady(deps, job) : undefined);
        // Not so: they have ended meanwhile.
        if (verdict.isBlocked && round >= maxRounds) return await delayJob(job, token, awayMs);
        break;
      case 'over':
        // A run that ended although runs that it invoked go on: its job is over when theirs are.
        if (view.hasChildren) await waitForChildren(job, token);
        return view.output;
    }
  }
}

async function attemptRun(deps: JobDeps, job: RunJob, view: RunView): Promise<Verdict> {
  const { runId } = job.data;
  try {
    const attempts = (deps.definitions ?? deps.catalogue).get(job.name)?.retry.attempts;
    const begin = await deps.record.begin({ runId, workerId: deps.worker.id, attempts });
    switch (begin.kind) {
      case 'begun':
        return await runAttempt(deps, begin.run, view).finally(() => {
          if (begin.run.settings?.concurrency !== undefined) deps.parking.letGo(begin.run.task);
        });
      case 'parked':
        return begin;
      case 'delayed':
        return { kind: 'again', delayMs: begin.delayMs };
      case 'waits':
        return { kind: 'waits', isEarly: true, isBlocked: true };
      case 'ended':
        deps.log.debug({ run: runId, state: begin.state }, 'the run of the job has ended already');
        view.hasChildren = true;
        view.output = begin.output;
        return begin.error ? { kind: 'failed', error: begin.error } : { kind: 'over' };
      case 'unknown':
        deps.log.warn({ run: runId }, 'the record knows no run of this job; the job is dropped');
        return { kind: 'over' };
    }
  } catch (error) {
    if (error instanceof FencedError) {
      deps.log.info({ run: runId }, error.message);
      return { kind: 'over' };
    }
    // The record could not be read or written, so nothing has happened as far as it knows; the job comes back.
    deps.log[isConnectionError(error) ? 'warn' : 'error']({ err: error, run: runId }, 'a run could not be recorded');
    return { kind: 'again', delayMs: awayMs };
  }
}

/** @param onLeft called when the job is delayed, and is this worker's no more */
async function delayJob(job: RunJob, token: string, delayMs: number, onLeft?: () => Promise<void>): Promise<never> {
  await job.moveToDelayed(Date.now() + Math.max(1, Math.ceil(delayMs)), token);
  await onLeft?.();
  throw new DelayedError();
}

/**
 * Leaves the job waiting for those of its children that have not ended; goes on when there are none.
 * @param onLeft called when the job waits, and is this worker's no more
 */
async function waitForChildren(job: RunJob, token: string, onLeft?: () => Promise<void>): Promise<void> {
  if (!(await job.moveToWaitingChildren(token))) return;
  await onLeft?.();
  throw new WaitingChildrenError();
}

/** Until it waits a job cannot be woken; a child that ended before has found it so. */
async function wakeIfReady({ pool, carrier, log }: ExecutorDeps, job: RunJob): Promise<void> {
  const onFailure = (message: string): void => log.warn({ run: job.data.runId }, message);
  await wakeEarly({ carrier, onFailure }, () => findReady(pool, job.data.runId));
}

/** Runs whose jobs are added at a time. */
const pageSize = 1_000;

/**
 * Adds the jobs of runs that a run has invoked, as children of its job. One that is there already becomes its child.
 * @param children all that have not ended if not given, as for a parent whose job was lost
 * @returns false when the carrier or the record did not answer
 */
async function addChildren(
  { pool, carrier, log }: ExecutorDeps,
  job: RunJob,
  children: readonly OpenRun[] | undefined,
): Promise<boolean> {
  try {
    if (children) {
      for (let at = 0; at < children.length; at += pageSize) await addJobs(carrier, children.slice(at, at + pageSize));
      return true;
    }
    const parent = { id: job.data.runId, queue: job.queueName };
    let after: string | undefined;
    for (;;) {
      const page = await listOpenChildren(pool, parent, { after, limit: pageSize });
      await addJobs(carrier, page);
      after = page.at(-1)?.id;
      if (page.length < pageSize) return true;
    }
  } catch (error) {
    log.warn({ err: error, run: job.data.runId }, 'jobs of invoked runs could not be added; they are added later');
    return false;
  }
}
