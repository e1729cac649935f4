import { DelayedError, UnrecoverableError } from 'bullmq';
import { FencedError, messageOf } from '#contracts/errors.js';
import { isConnectionError } from '#database/error-kinds.js';
import { beginAttempt } from '#database/runs/attempts.js';
import type { WorkerIdentity } from '#database/workers/heartbeat.js';
import type { RunJob } from '#queue/carrier.js';
import { type AttemptDeps, runAttempt } from './attempt.js';
import type { Verdict } from './verdict.js';

export interface ExecutorDeps extends AttemptDeps {
  readonly worker: WorkerIdentity;
}

/** What a worker does with jobs. */
export interface Executor {
  /** BullMQ's processor: returns when the run has ended, otherwise throws what makes BullMQ move the job. */
  process(job: RunJob, token: string): Promise<void>;
  /** The runs held now. */
  active(): string[];
}

/** How long a job waits when the database did not answer. */
const databaseAwayMs = 2_000;

/**
 * Maps jobs to attempts of runs and the attempts' verdicts back to jobs: the one place where the record's states meet
 * the carrier's.
 */
export function createExecutor(deps: ExecutorDeps): Executor {
  const active = new Set<string>();
  return {
    active: () => [...active],
    async process(job, token) {
      const { runId } = job.data;
      active.add(runId);
      try {
        await settleJob(job, token, await attemptRun(deps, runId));
      } finally {
        active.delete(runId);
      }
    },
  };
}

async function attemptRun(deps: ExecutorDeps, runId: string): Promise<Verdict> {
  try {
    const begin = await beginAttempt(deps.pool, runId, deps.worker.id);
    if (begin.kind === 'delayed') return { kind: 'again', delayMs: begin.delayMs };
    if (begin.kind !== 'begun') {
      deps.log.debug({ run: runId, ...begin }, 'the job has nothing to do');
      return { kind: 'over' };
    }
    return await runAttempt(deps, begin.run);
  } catch (error) {
    if (error instanceof FencedError) {
      deps.log.info({ run: runId }, error.message);
      return { kind: 'over' };
    }
    // The record could not be read or written, so nothing has happened as far as it knows; the job comes back.
    deps.log[isConnectionError(error) ? 'warn' : 'error']({ err: error, run: runId }, 'a run could not be recorded');
    return { kind: 'again', delayMs: databaseAwayMs };
  }
}

async function settleJob(job: RunJob, token: string, verdict: Verdict): Promise<void> {
  if (verdict.kind === 'over') return;
  if (verdict.kind === 'failed') throw new UnrecoverableError(messageOf(verdict.error));
  await job.moveToDelayed(Date.now() + Math.max(1, Math.ceil(verdict.delayMs)), token);
  throw new DelayedError();
}
