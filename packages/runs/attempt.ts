import type { Catalogue } from '#catalogue/catalogue.js';
import type { TaskDefinition } from '#contracts/task.js';
import { validate } from '#contracts/validate.js';
import type { Pool } from '#database/pool.js';
import type { BegunRun } from '#database/runs/attempts.js';
import { suspendRun } from '#database/runs/flow.js';
import type { Logger } from '#process/log.js';
import type { Carrier } from '#queue/carrier.js';
import { sendJobs } from '#queue/jobs.js';
import { AttemptCommit } from './commit.js';
import type { TaskContext, WorkerServices } from './context.js';
import { trackFollowUps } from './follow.js';
import { trackInvocations } from './invoke.js';
import { recordRunLog } from './run-log.js';
import type { ServerPaths } from './server-paths.js';
import { type EndDeps, failRun, judgeError, resendParent, type Verdict } from './verdict.js';

/** The work of a task, whatever its types; input and output are checked against the definition. */
export type AnyTaskRun = (context: TaskContext, input: unknown) => Promise<unknown>;

/** What attempts of a worker process need. */
export interface AttemptDeps {
  readonly pool: Pool;
  /** For the jobs of runs that runs invoke. */
  readonly carrier: Carrier;
  readonly catalogue: Catalogue;
  readonly services: WorkerServices;
  readonly log: Logger;
  /** What is stored for people to see names no path of the server. */
  readonly paths: ServerPaths;
  /** Aborted when the worker gives its runs back. */
  readonly stop: AbortSignal;
  /** Names of tasks that follow no load, because a setting says so. */
  readonly followUpsOff?: ReadonlySet<string>;
  /** Imports a task's body. */
  loadBody(task: TaskDefinition): Promise<AnyTaskRun>;
}

/** A run whose workers died so often is not tried again: it is likely what kills them. */
const maxLosses = 20;
/**
 * Milliseconds after which a body that ignores its abort signal is left behind; its attempt is fenced. Short enough
 * that a stop keeps its deadline (15 s, of which runs get 9 to finish).
 */
const abortGraceMs = 4_000;

/** Runs a task's body for an attempt that has begun, and records how it ended. @throws what the record throws */
export async function runAttempt(deps: AttemptDeps, run: BegunRun): Promise<Verdict> {
  const { pool, carrier, stop, paths } = deps;
  const recorder = recordRunLog(pool, run, deps.log, paths);
  const end: EndDeps = { pool, carrier, stop, paths, recorder };
  try {
    const task = deps.catalogue.get(run.task);
    if (!task) {
      const message = `no task is named "${run.task}" here; was it renamed or removed?`;
      return await failRun(end, run, { name: 'UnknownTask', message });
    }
    if (run.losses > maxLosses) {
      const message = `its worker died or stalled ${run.losses} times while it ran; the worker's log says how`;
      return await failRun(end, run, { name: 'LostError', message });
    }
    const timeout = AbortSignal.timeout(task.timeoutMs);
    try {
      return await work(deps, end, run, task, AbortSignal.any([stop, timeout]));
    } catch (error) {
      return await judgeError(end, run, task, timeout.aborted ? timedOut(task) : error);
    }
  } finally {
    await recorder.close();
  }
}

const timedOut = (task: TaskDefinition): Error =>
  new Error(`took longer than the ${task.timeoutMs / 1000} s that ${task.name} allows`);

async function work(
  deps: AttemptDeps,
  end: EndDeps,
  run: BegunRun,
  task: TaskDefinition,
  signal: AbortSignal,
): Promise<Verdict> {
  const { pool, carrier, catalogue, services } = deps;
  const { recorder } = end;
  const onFailure = (message: string): void => recorder.warn(message);
  const body = await deps.loadBody(task);
  const input = validate(task.input, run.input);
  const invocations = trackInvocations(pool, run.runId, (child) => sendJobs(carrier, [child], { onFailure }));
  const followUps = trackFollowUps(catalogue);
  const commit = new AttemptCommit(pool, run, task, signal);
  const follower = task.followedBy;
  const context: TaskContext = {
    fence: { runId: run.runId, attempt: run.attempt },
    task: task.name,
    followedBy: follower !== undefined && deps.followUpsOff?.has(follower) ? undefined : follower,
    catalogue,
    signal,
    log: recorder,
    services,
    progress: (done, total) => recorder.progress(done, total),
    invoke: invocations.invoke,
    invokeAll: invocations.invokeAll,
    follow: followUps.follow,
    commit: (workOf, options) => commit.commit(workOf, options),
  };
  const ended = await outcomeOf(unlessStuck(body(context, input), signal));
  const waits = await invocations.settle();
  if (waits && !commit.end && !signal.aborted) {
    recorder.info('attempt suspended until the runs that it invoked have ended');
    return (await suspendRun(pool, run)) === 'waiting' ? { kind: 'over' } : { kind: 'again', delayMs: 0 };
  }
  if ('error' in ended) throw ended.error;
  if (!commit.end) await commit.commit(() => Promise.resolve(ended.result));
  for (const { task: name, id } of followUps.recorded()) recorder.info(`is followed by ${name}, run ${id}`);
  await sendJobs(carrier, followUps.recorded(), { onFailure });
  await resendParent(end, commit.end?.parent);
  const failure = commit.end?.failure;
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
