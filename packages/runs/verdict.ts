import { BadInputError, FencedError, messageOf } from '#contracts/errors.js';
import type { OpenRun } from '#contracts/open-run.js';
import type { RetryPolicy, TaskDefinition } from '#contracts/task.js';
import { isConnectionError, sqlState } from '#database/error-kinds.js';
import { releaseFiles } from '#database/ledger/outcomes.js';
import { type Pool, transaction } from '#database/pool.js';
import { type BegunRun, endAttempt, type RunError } from '#database/runs/attempts.js';
import { wakeParent } from '#database/runs/flow.js';
import type { Carrier } from '#queue/carrier.js';
import { resendJobs } from '#queue/jobs.js';
import { InvokedRunError } from './invoke.js';
import type { RunRecorder } from './run-log.js';
import type { ServerPaths } from './server-paths.js';

/** What becomes of the job after an attempt. */
export type Verdict =
  /** The run has ended well, or is another's now: the job is done. */
  | { readonly kind: 'over' }
  | { readonly kind: 'failed'; readonly error: RunError }
  | { readonly kind: 'again'; readonly delayMs: number };

/** What the end of an attempt needs. */
export interface EndDeps {
  readonly pool: Pool;
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
    await endAttempt(deps.pool, run, { run: 'queued', attempt: 'released' });
    return { kind: 'again', delayMs: 0 };
  }
  const described = describe(error, paths);
  // Nothing is wrong with the work when the database went away; the attempt is lost, like one whose worker died.
  if (isConnectionError(error)) {
    recorder.warn(`database connection failed: ${described.message}; the run is tried again`);
    await endAttempt(deps.pool, run, { run: 'queued', attempt: 'lost', error: described });
    return { kind: 'again', delayMs: 1_000 };
  }
  const lasting = error instanceof BadInputError || error instanceof InvokedRunError;
  if (!lasting && run.failures + 1 < run.maxAttempts) {
    const delayMs = backoff(task.retry, run.failures);
    recorder.warn(`failed, next try in ${(delayMs / 1000).toFixed(1)} s: ${described.message}`, stackOf(error, paths));
    await endAttempt(deps.pool, run, { run: 'delayed', attempt: 'failed', error: described, delayMs, failures: 1 });
    return { kind: 'again', delayMs };
  }
  recorder.error(`failed: ${described.message}`, stackOf(error, paths));
  return await failRun(deps, run, described);
}

/** Ends a run that is not tried again. */
export async function failRun(deps: EndDeps, run: BegunRun, error: RunError): Promise<Verdict> {
  const parent = await transaction(deps.pool, async (tx) => {
    await releaseFiles(tx, run, error.message);
    await endAttempt(tx, run, { run: 'failed', attempt: 'failed', error, failures: 1 });
    return await wakeParent(tx, run.runId);
  });
  await resendParent(deps, parent);
  return { kind: 'failed', error };
}

/** Gives the carrier the job of a parent that the end of a run has queued again. */
export async function resendParent({ carrier, recorder }: EndDeps, parent: OpenRun | undefined): Promise<void> {
  await resendJobs(carrier, parent ? [parent] : [], { onFailure: (message) => recorder.warn(message) });
}

/** `backoffMs · 2^failures`, at most `maxBackoffMs`, spread over its upper half so that many do not come at once. */
function backoff(retry: RetryPolicy, failures: number): number {
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
