import { BadInputError, FencedError, messageOf } from '#contracts/errors.js';
import type { RetryPolicy, TaskDefinition } from '#contracts/task.js';
import { validate } from '#contracts/validate.js';
import { isConnectionFault, sqlState } from '#database/faults.js';
import { releaseFiles } from '#database/ledger/outcomes.js';
import { transaction } from '#database/pool.js';
import { type BegunRun, endAttempt, type RunError, sessionName } from '#database/runs/attempts.js';
import type { TaskContext } from './context.js';
import type { ExecutorDeps } from './executor.js';
import { type RunRecorder, recordRunLog } from './run-log.js';

/** What becomes of the job after an attempt. */
export type Verdict =
  /** The run has ended well, or is another's now: the job is done. */
  | { readonly kind: 'over' }
  | { readonly kind: 'failed'; readonly error: RunError }
  | { readonly kind: 'again'; readonly delayMs: number };

/** A run whose workers died so often is not tried again: it is likely what kills them. */
const maxLosses = 20;
/** A body that ignores its abort signal is left behind after so long; its attempt is fenced. */
const abortGraceMs = 10_000;

/** Runs a task's body for an attempt that has begun, and records how it ended. @throws what the record throws */
export async function runAttempt(deps: ExecutorDeps, run: BegunRun): Promise<Verdict> {
  const recorder = recordRunLog(deps.pool, run, deps.log);
  try {
    const task = deps.catalogue.get(run.task);
    if (!task) {
      return await fail(deps, run, { name: 'UnknownTask', message: `no task is named "${run.task}" here; was it renamed or removed?` });
    }
    if (run.losses > maxLosses) {
      return await fail(deps, run, {
        name: 'LostError',
        message: `its worker died or stalled ${run.losses} times while it ran; the worker's log says how`,
      });
    }
    const timeout = AbortSignal.timeout(task.timeoutMs);
    try {
      return await work(deps, run, task, recorder, AbortSignal.any([deps.stop, timeout]));
    } catch (error) {
      return await judge(deps, run, task, recorder, timeout.aborted ? timedOut(task) : error);
    }
  } finally {
    await recorder.close();
  }
}

const timedOut = (task: TaskDefinition): Error =>
  new Error(`took longer than the ${task.timeoutMs / 1000} s that ${task.name} allows`);

async function work(
  deps: ExecutorDeps,
  run: BegunRun,
  task: TaskDefinition,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<Verdict> {
  const body = await deps.loadBody(task);
  const input = validate(task.input, run.input);
  let committed: { failure: RunError | undefined } | undefined;
  const context: TaskContext = {
    fence: { runId: run.runId, attempt: run.attempt },
    task: task.name,
    signal,
    log: recorder,
    services: deps.services,
    progress: (done, total) => recorder.progress(done, total),
    async commit(workOf, { failure } = {}) {
      if (committed) throw new Error(`${task.name} called commit twice; one attempt commits once`);
      return await transaction(deps.pool, async (tx) => {
        // Local to the transaction: by this name a later attempt finds and ends a session that hangs.
        await tx.query(`SELECT set_config('application_name', $1, true)`, [sessionName(run.runId)]);
        const result = await workOf(tx);
        signal.throwIfAborted();
        const failed = failure?.(result);
        await endAttempt(tx, run, {
          run: failed ? 'failed' : 'succeeded',
          attempt: failed ? 'failed' : 'succeeded',
          output: validate(task.output, result),
          ...(failed ? { error: failed } : {}),
        });
        committed = { failure: failed };
        return result;
      });
    },
  };
  const result = await unlessStuck(body(context, input), signal);
  if (!committed) await context.commit(() => Promise.resolve(result));
  // Told by a closure; the compiler cannot see that commit has set it.
  const { failure } = committed ?? { failure: undefined };
  return failure ? { kind: 'failed', error: failure } : { kind: 'over' };
}

/** The promise's result, or the signal's reason when the promise does not end within a while of its being aborted. */
async function unlessStuck<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_resolve, reject) => {
    const arm = (): void => {
      timer = setTimeout(() => reject(signal.reason), abortGraceMs);
    };
    if (signal.aborted) arm();
    else signal.addEventListener('abort', arm, { once: true });
  });
  stuck.catch(() => {});
  try {
    return await Promise.race([promise, stuck]);
  } finally {
    clearTimeout(timer);
  }
}

/** The one place where errors are mapped to what happens to the run. */
async function judge(
  deps: ExecutorDeps,
  run: BegunRun,
  task: TaskDefinition,
  recorder: RunRecorder,
  error: unknown,
): Promise<Verdict> {
  if (error instanceof FencedError) {
    recorder.warn(error.message);
    return { kind: 'over' };
  }
  if (deps.stop.aborted) {
    recorder.info('given back: the worker stops');
    await endAttempt(deps.pool, run, { run: 'queued', attempt: 'released' });
    return { kind: 'again', delayMs: 0 };
  }
  const described = describe(error);
  // Nothing is wrong with the work when the database went away; the attempt is lost, like one whose worker died.
  if (isConnectionFault(error)) {
    recorder.warn(`the database went away: ${described.message}`);
    await endAttempt(deps.pool, run, { run: 'queued', attempt: 'lost', error: described });
    return { kind: 'again', delayMs: 1_000 };
  }
  if (!(error instanceof BadInputError) && run.failures + 1 < run.maxAttempts) {
    const delayMs = backoff(task.retry, run.failures);
    recorder.warn(`failed, next try in ${(delayMs / 1000).toFixed(1)} s: ${described.message}`, stackOf(error));
    await endAttempt(deps.pool, run, { run: 'delayed', attempt: 'failed', error: described, delayMs, failures: 1 });
    return { kind: 'again', delayMs };
  }
  recorder.error(`failed: ${described.message}`, stackOf(error));
  return await fail(deps, run, described);
}

async function fail(deps: ExecutorDeps, run: BegunRun, error: RunError): Promise<Verdict> {
  await transaction(deps.pool, async (tx) => {
    await releaseFiles(tx, run, error.message);
    await endAttempt(tx, run, { run: 'failed', attempt: 'failed', error, failures: 1 });
  });
  return { kind: 'failed', error };
}

/** `backoffMs · 2^failures`, at most `maxBackoffMs`, spread over its upper half so that many do not come at once. */
function backoff(retry: RetryPolicy, failures: number): number {
  const full = Math.min(retry.backoffMs * 2 ** failures, retry.maxBackoffMs);
  return full * (0.5 + Math.random() / 2);
}

/** What is stored of an error. */
export function describe(error: unknown): RunError {
  const code = error instanceof BadInputError ? error.code : sqlState(error);
  return {
    name: error instanceof Error ? error.name : 'Error',
    message: messageOf(error),
    ...(code === undefined ? {} : { code }),
  };
}

const stackOf = (error: unknown): Record<string, unknown> =>
  error instanceof Error && !(error instanceof BadInputError) && error.stack ? { stack: error.stack } : {};
