import { BadInputError, FencedError, messageOf } from '#contracts/errors.js';
import { InvokedRunError } from '#contracts/invoke-errors.js';
import type { OpenRun } from '#contracts/open-run.js';
import type { RetryPolicy } from '#contracts/run-terms.js';
import type { TaskDefinition } from '#contracts/task.js';
import { isConnectionError, sqlState } from '#database/error-kinds.js';
import { releaseFiles } from '#database/ledger/files-of-runs.js';
import { type Pool, transaction } from '#database/pool.js';
import { type Ended, endAttempt, toEnding } from '#database/runs/attempt-ends.js';
import type { BegunRun, Outcome, RunError } from '#database/runs/attempt-types.js';
import { findReadyParent } from '#database/runs/reconcile.js';
import { enterSession } from '#database/runs/run-sessions.js';
import type { Carrier } from '#queue/carrier.js';
import { sendJobs } from '#queue/jobs.js';
import type { RunRecorder } from './run-log.js';
import type { RunRecord } from './run-record.js';
import type { ServerPaths } from './server-paths.js';
import { wakeEarly } from './wake.js';

/** What becomes of the job after an attempt. */
export type Verdict =
  /** The run has ended well, or is another's now: the job is done. */
  | { readonly kind: 'over' }
  | { readonly kind: 'failed'; readonly error: RunError }
  | { readonly kind: 'again'; readonly delayMs: number }
  /** Until its task lets it go; no attempt has begun. */
  | { readonly kind: 'parked'; readonly task: string }
  /**
   * Until the runs that it invoked have ended; `children` are those whose jobs are to be added first, all if not given.
   * Early: it may go on when some of them have. Blocked: no attempt has begun.
   */
  | {
      readonly kind: 'waits';
      readonly children?: readonly OpenRun[];
      readonly isEarly?: boolean;
      readonly isBlocked?: boolean;
    };

/** What the end of an attempt needs. */
export interface EndDeps {
  readonly pool: Pool;
  readonly record: RunRecord;
  readonly carrier: Carrier;
  /** Aborted when the worker gives its runs back. */
  readonly stop: AbortSignal;
  /** What is stored for people to see names no path of the server. */
  readonly paths: ServerPaths;
  readonly recorder: RunRecorder;
}

/** The one place where errors are mapped to what happens to the run. */
export async function judgeError(deps: EndDeps, run: BegunRun, task: TaskDefinition, error: unknown): Promise<Verdict> {
  const { recorder, paths } = deps;
  if (error instanceof FencedError) {
    recorder.warn(error.message);
    return { kind: 'over' };
  }
  if (deps.stop.aborted) {
    recorder.info('run given back because the worker stops');
    await end(deps, run, { run: 'queued', attempt: 'released' });
    return { kind: 'again', delayMs: 0 };
  }
  const described = describe(error, paths);
  // Nothing is wrong with the work when the database went away; the attempt is lost, like one whose worker died.
  if (isConnectionError(error)) {
    recorder.warn(`database connection failed: ${described.message}; the run is tried again`);
    await end(deps, run, { run: 'queued', attempt: 'lost', error: described });
    return { kind: 'again', delayMs: 1_000 };
  }
  const lasting = error instanceof BadInputError || error instanceof InvokedRunError;
  if (!lasting && run.failures + 1 < run.maxAttempts) {
    const delayMs = backoff(run.retry ?? task.retry, run.failures);
    recorder.warn(`failed, next try in ${(delayMs / 1000).toFixed(1)} s: ${described.message}`, stackOf(error, paths));
    await end(deps, run, { run: 'delayed', attempt: 'failed', error: described, delayMs, failures: 1 });
    return { kind: 'again', delayMs };
  }
  recorder.error(`failed: ${described.message}`, stackOf(error, paths));
  return await failRun(deps, run, task, described);
}

/** Ends a run that is not tried again. @param task its definition, if it has one */
export async function failRun(
  deps: EndDeps,
  run: BegunRun,
  task: TaskDefinition | undefined,
  error: RunError,
): Promise<Verdict> {
  const outcome: Outcome = { run: 'failed', attempt: 'failed', error, failures: 1 };
  // Only runs of a source have files; a task that is gone may have had one.
  const ended = task && !task.source ? await end(deps, run, outcome) : await failWithFiles(deps, run, outcome, error);
  await passOn(deps, ended);
  return { kind: 'failed', error };
}

async function failWithFiles({ pool }: EndDeps, run: BegunRun, outcome: Outcome, error: RunError): Promise<Ended> {
  return await transaction(pool, async (tx) => {
    await enterSession(tx, run.runId);
    await releaseFiles(tx, run, error.message);
    return await endAttempt(tx, run, outcome);
  });
}

async function end({ record }: EndDeps, run: BegunRun, outcome: Outcome): Promise<Ended> {
  return await record.end(toEnding(run, outcome));
}

/**
 * Gives the carrier what the end of a run lets go: the job of a run that was held for it, and that of its parent if that
 * waits for several invocations and this one is complete now. What is lost here is found by the reconciler.
 */
export async function passOn({ pool, carrier, recorder }: EndDeps, { released, invocation }: Ended): Promise<void> {
  const onFailure = (message: string): void => recorder.warn(message);
  await sendJobs(carrier, released ? [released] : [], { onFailure });
  // Only now: of two runs that end at the same time, the statements of both may have seen the other one under way.
  if (invocation) await wakeEarly({ carrier, onFailure }, () => findReadyParent(pool, invocation));
}

/** Milliseconds until the next try, see RetryPolicy. */
function backoff(retry: RetryPolicy, failures: number): number {
  if (retry.backoff === 'fixed') return retry.backoffMs;
  const full = Math.min(retry.backoffMs * 2 ** failures, retry.maxBackoffMs);
  return full * (0.5 + Math.random() / 2);
}

/** What is stored of an error. */
function describe(error: unknown, paths: ServerPaths): RunError {
  const code = error instanceof BadInputError ? error.code : sqlState(error);
  return {
    name: error instanceof Error ? error.name : 'Error',
    message: paths.hideOf(error, messageOf(error)),
    ...(code === undefined ? {} : { code }),
  };
}

const stackOf = (error: unknown, paths: ServerPaths): Record<string, unknown> =>
  error instanceof Error && !(error instanceof BadInputError) && error.stack
    ? { stack: paths.hideOf(error, error.stack) }
    : {};
