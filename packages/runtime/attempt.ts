import { BadInputError, FencedError, messageOf } from '#contracts/errors.js';
import type { RetryPolicy, TaskDefinition } from '#contracts/task.js';
import { validate } from '#contracts/validate.js';
import { isConnectionFault, sqlState } from '#database/faults.js';
import { releaseFiles } from '#database/ledger/outcomes.js';
import { transaction } from '#database/pool.js';
import { type BegunRun, endAttempt, type RunError } from '#database/runs/attempts.js';
import { suspendRun, wakeParent } from '#database/runs/flow.js';
import type { OpenRun } from '#database/runs/record-run.js';
import { addJobs, findRunsWithoutJob, restoreJobs } from '#queue/jobs.js';
import type { TaskContext } from './context.js';
import type { ExecutorDeps } from './executor.js';
import { trackFollowUps } from './follow.js';
import { interruptibly } from './interrupt.js';
import { InvokedRunError, trackInvocations } from './invoke.js';
import { type RunRecorder, recordRunLog } from './run-log.js';
import { type ServerPaths, serverPaths } from './server-paths.js';

/** What becomes of the job after an attempt. */
export type Verdict =
  /** The run has ended well, or is another's now: the job is done. */
  | { readonly kind: 'over' }
  | { readonly kind: 'failed'; readonly error: RunError }
  | { readonly kind: 'again'; readonly delayMs: number };

/** A run whose workers died so often is not tried again: it is likely what kills them. */
const maxLosses = 20;
/**
 * A body that ignores its abort signal is left behind after so long; its attempt is fenced. Short enough that a stop
 * keeps its deadline (15 s, of which runs get 9 to finish).
 */
const abortGraceMs = 4_000;

/** Runs a task's body for an attempt that has begun, and records how it ended. @throws what the record throws */
export async function runAttempt(deps: ExecutorDeps, run: BegunRun): Promise<Verdict> {
  const recorder = recordRunLog(deps.pool, run, deps.log, pathsOf(deps));
  try {
    const task = deps.catalogue.get(run.task);
    if (!task) {
      const message = `no task is named "${run.task}" here; was it renamed or removed?`;
      return await fail(deps, run, { name: 'UnknownTask', message }, recorder);
    }
    if (run.losses > maxLosses) {
      const message = `its worker died or stalled ${run.losses} times while it ran; the worker's log says how`;
      return await fail(deps, run, { name: 'LostError', message }, recorder);
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
  const invocations = trackInvocations(deps.pool, run.runId, (child) =>
    toCarrier(recorder, () => addJobs(deps.carrier, [child])),
  );
  const followUps = trackFollowUps(deps.catalogue);
  const follower = task.followedBy;
  let committed: { failure: RunError | undefined; parent: OpenRun | undefined } | undefined;
  const context: TaskContext = {
    fence: { runId: run.runId, attempt: run.attempt },
    task: task.name,
    followedBy: follower !== undefined && deps.followUpsOff?.has(follower) ? undefined : follower,
    catalogue: deps.catalogue,
    signal,
    log: recorder,
    services: deps.services,
    progress: (done, total) => recorder.progress(done, total),
    invoke: invocations.invoke,
    invokeAll: invocations.invokeAll,
    follow: followUps.follow,
    async commit(workOf, { failure } = {}) {
      if (committed) throw new Error(`${task.name} called commit twice; one attempt commits once`);
      return await transaction(deps.pool, (tx) =>
        interruptibly({ pool: deps.pool, tx, runId: run.runId, signal }, async () => {
          const result = await workOf(tx);
          signal.throwIfAborted();
          const failed = failure?.(result);
          await endAttempt(tx, run, {
            run: failed ? 'failed' : 'succeeded',
            attempt: failed ? 'failed' : 'succeeded',
            output: validate(task.output, result),
            ...(failed ? { error: failed } : {}),
          });
          committed = { failure: failed, parent: await wakeParent(tx, run.runId) };
          return result;
        }),
      );
    },
  };
  const ended = await outcomeOf(unlessStuck(body(context, input), signal));
  const waits = await invocations.settle();
  if (waits && !committed && !signal.aborted) {
    recorder.info('gives its slot back until the runs it invoked have ended');
    return (await suspendRun(deps.pool, run)) === 'waiting' ? { kind: 'over' } : { kind: 'again', delayMs: 0 };
  }
  if ('error' in ended) throw ended.error;
  if (!committed) await context.commit(() => Promise.resolve(ended.result));
  // Set by a closure; without this the compiler takes it for undefined still.
  const { failure, parent } = committed ?? { failure: undefined, parent: undefined };
  for (const { task: name, id } of followUps.recorded()) recorder.info(`is followed by ${name}, run ${id}`);
  await toCarrier(recorder, () => addJobs(deps.carrier, followUps.recorded()));
  await wake(deps, recorder, parent);
  return failure ? { kind: 'failed', error: failure } : { kind: 'over' };
}

/** How a promise ended, as a value. */
async function outcomeOf<T>(promise: Promise<T>): Promise<{ result: T } | { error: unknown }> {
  try {
    return { result: await promise };
  } catch (error) {
    return { error };
  }
}

async function wake(deps: ExecutorDeps, recorder: RunRecorder, parent: OpenRun | undefined): Promise<void> {
  if (!parent) return;
  await toCarrier(recorder, async () => {
    await restoreJobs(deps.carrier, await findRunsWithoutJob(deps.carrier, [parent]));
  });
}

/** Tells the carrier what is recorded already; what it does not take now the reconciler gives it later. */
async function toCarrier(recorder: RunRecorder, send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    recorder.warn(`a job could not be added, the reconciler will: ${messageOf(error)}`);
  }
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
  const paths = pathsOf(deps);
  const described = describe(error, paths);
  // Nothing is wrong with the work when the database went away; the attempt is lost, like one whose worker died.
  if (isConnectionFault(error)) {
    recorder.warn(`the database went away: ${described.message}`);
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
  return await fail(deps, run, described, recorder);
}

async function fail(deps: ExecutorDeps, run: BegunRun, error: RunError, recorder: RunRecorder): Promise<Verdict> {
  const parent = await transaction(deps.pool, async (tx) => {
    await releaseFiles(tx, run, error.message);
    await endAttempt(tx, run, { run: 'failed', attempt: 'failed', error, failures: 1 });
    return await wakeParent(tx, run.runId);
  });
  await wake(deps, recorder, parent);
  return { kind: 'failed', error };
}

/** `backoffMs · 2^failures`, at most `maxBackoffMs`, spread over its upper half so that many do not come at once. */
function backoff(retry: RetryPolicy, failures: number): number {
  const full = Math.min(retry.backoffMs * 2 ** failures, retry.maxBackoffMs);
  return full * (0.5 + Math.random() / 2);
}

/** What is stored for people to see names no path of the server. */
const pathsOf = ({ services }: ExecutorDeps): ServerPaths => serverPaths([services.inboxDir, services.dataDir]);

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
