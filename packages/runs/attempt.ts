import type { Catalogue } from '#catalogue/catalogue.js';
import { SuspendError } from '#contracts/invoke-errors.js';
import type { RunSchedule } from '#contracts/schedule.js';
import type { TaskDefinition } from '#contracts/task.js';
import { withSettings } from '#contracts/task-settings.js';
import { validate } from '#contracts/validate.js';
import type { Pool } from '#database/pool.js';
import { toEnding } from '#database/runs/attempt-ends.js';
import type { BegunRun } from '#database/runs/attempt-types.js';
import type { Logger } from '#process/log.js';
import { inSpan } from '#process/tracing/spans.js';
import type { Carrier } from '#queue/carrier.js';
import { sendJobs } from '#queue/jobs.js';
import type { AttemptWatch } from './attempt-watch.js';
import { AttemptCommit, type CommittedEnd } from './commit.js';
import type { TaskContext, WorkerServices } from './context.js';
import { trackFollowUps } from './follow.js';
import { openRunsOf, trackInvocations } from './invoke.js';
import { AttemptMemory } from './memory.js';
import { recordRunLog } from './run-log.js';
import type { RunRecord } from './run-record.js';
import type { RunView } from './run-view.js';
import type { ServerPaths } from './server-paths.js';
import { trackSteps } from './step.js';
import { type EndDeps, failRun, judgeError, passOn, type Verdict } from './verdict.js';

/** The work of a task, whatever its types; input and output are checked against the definition. */
export type AnyTaskRun = (context: TaskContext, input: unknown) => Promise<unknown>;

/** What attempts of a worker process need. */
export interface AttemptDeps {
  readonly pool: Pool;
  readonly record: RunRecord;
  /** For the jobs of runs that runs invoke. */
  readonly carrier: Carrier;
  /** All tasks with what is set for them now. */
  readonly catalogue: Catalogue;
  /** All tasks as their folders define them, since an attempt has the settings of its own version; `catalogue` if not given. */
  readonly definitions?: Catalogue;
  readonly services: WorkerServices;
  readonly log: Logger;
  /** What is stored for people to see names no path of the server. */
  readonly paths: ServerPaths;
  /** Aborted when the worker gives its runs back. */
  readonly stop: AbortSignal;
  readonly watch: AttemptWatch;
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

/**
 * Runs a task's body for an attempt that has begun, and records how it ended.
 * @param view shows the run where its job is
 * @throws what the record throws
 */
export async function runAttempt(deps: AttemptDeps, run: BegunRun, view?: RunView): Promise<Verdict> {
  const attributes = {
    'millrace.run.id': run.runId,
    'millrace.task': run.task,
    'millrace.queue': run.queue,
    'millrace.attempt': run.attempt,
    'millrace.request.id': run.requestId ?? undefined,
  };
  return await inSpan(`attempt ${run.task}`, { kind: 'consumer', parent: run.trace, attributes }, async (span) => {
    const verdict = await recordAttempt(deps, run, view);
    span.set({ 'millrace.verdict': verdict.kind });
    if (verdict.kind === 'failed') span.fail(verdict.error.message);
    return verdict;
  });
}

async function recordAttempt(deps: AttemptDeps, run: BegunRun, view: RunView | undefined): Promise<Verdict> {
  const { runId, attempt, requestId } = run;
  const recorder = recordRunLog(deps, { runId, attempt, task: run.task, requestId }, view);
  const end: EndDeps = { ...deps, recorder };
  try {
    const definition = (deps.definitions ?? deps.catalogue).get(run.task);
    const task = definition && withSettings(definition, run.settings);
    if (!task) {
      const message = `no task is named "${run.task}" here; was it renamed or removed?`;
      return await failRun(end, run, task, { name: 'UnknownTask', message });
    }
    if (run.losses > maxLosses) {
      const message = `its worker died or stalled ${run.losses} times while it ran; the worker's log says how`;
      return await failRun(end, run, task, { name: 'LostError', message });
    }
    return await tryWork(deps, end, run, task, view);
  } finally {
    await recorder.close();
  }
}

/** Does the work within the task's time, and judges the error if there is one. */
async function tryWork(
  deps: AttemptDeps,
  end: EndDeps,
  run: BegunRun,
  task: TaskDefinition,
  view: RunView | undefined,
): Promise<Verdict> {
  const limit = new AbortController();
  const stop = (): void => limit.abort(deps.stop.reason);
  const timeoutMs = run.timeoutMs ?? task.timeoutMs;
  const timer = setTimeout(() => limit.abort(timedOut(task.name, timeoutMs)), timeoutMs);
  const unwatch = deps.watch.add(run, (reason) => limit.abort(reason));
  deps.stop.addEventListener('abort', stop, { once: true });
  if (deps.stop.aborted) stop();
  try {
    return await work(deps, end, run, task, limit.signal, view);
  } catch (error) {
    // What an abort makes of the work says nothing; its reason does.
    const isAborted = limit.signal.aborted && !deps.stop.aborted;
    return await judgeError(end, run, task, isAborted ? limit.signal.reason : error);
  } finally {
    clearTimeout(timer);
    unwatch();
    deps.stop.removeEventListener('abort', stop);
  }
}

const timedOut = (task: string, timeoutMs: number): Error =>
  new Error(`took longer than the ${timeoutMs / 1000} s that this run of ${task} may take`);

async function work(
  deps: AttemptDeps,
  end: EndDeps,
  run: BegunRun,
  task: TaskDefinition,
  signal: AbortSignal,
  view: RunView | undefined,
): Promise<Verdict> {
  const { pool, record, carrier, catalogue, services } = deps;
  const { recorder } = end;
  const onFailure = (message: string): void => recorder.warn(message);
  const body = await deps.loadBody(task);
  const input = validate(task.input, run.input);
  const memory = new AttemptMemory(pool, run);
  const invocations = trackInvocations({
    ...{ pool, catalogue, run, memory },
    send: (children) => sendJobs(carrier, children, { onFailure }),
  });
  const steps = trackSteps({ record, fence: run, memory });
  const followUps = trackFollowUps(catalogue);
  const commit = new AttemptCommit(pool, run, task, signal);
  const follower = task.followedBy;
  const context: TaskContext = {
    fence: { runId: run.runId, attempt: run.attempt },
    task: task.name,
    schedule: scheduleOf(run),
    followedBy: follower !== undefined && deps.followUpsOff?.has(follower) ? undefined : follower,
    catalogue,
    signal,
    log: recorder,
    services,
    progress: (done, total) => recorder.progress(done, total),
    invoke: invocations.invoke,
    invokeAll: invocations.invokeAll,
    step: steps.step,
    follow: followUps.follow,
    commit: (workOf, options) => commit.commit(workOf, options),
  };
  const ended = await outcomeOf(unlessStuck(body(context, input), signal));
  // What a body that waits has done beside is recorded first; one that is to stop leaves behind what does not stop.
  if ('error' in ended && ended.error instanceof SuspendError && !signal.aborted) {
    await outcomeOf(unlessStuck(steps.settle(), signal));
  }
  const { waits, children, awaits, adopts } = await invocations.settle();
  if (view && waits) view.hasChildren = true;
  if (waits && !commit.end && !signal.aborted) {
    await record.end(toEnding(run, { run: 'waiting', attempt: 'suspended', awaits }, children));
    return {
      kind: 'waits',
      isEarly: adopts || awaits !== undefined,
      ...(adopts ? {} : { children: openRunsOf(run, children) }),
    };
  }
  if ('error' in ended) throw ended.error;
  const { output, failure, ended: passed } = commit.end ?? (await endWithout(record, run, task, signal, ended.result));
  if (view) view.output = output;
  for (const { task: name, id } of followUps.recorded()) recorder.info(`is followed by ${name}, run ${id}`);
  await sendJobs(carrier, followUps.recorded(), { onFailure });
  await passOn(end, passed);
  return failure ? { kind: 'failed', error: failure } : { kind: 'over' };
}

const scheduleOf = ({ schedule, slotAt }: BegunRun): RunSchedule | undefined =>
  schedule === null ? undefined : { name: schedule, slotAt: slotAt?.toISOString() ?? null };

/** Ends an attempt whose body has committed nothing by itself. */
async function endWithout(
  record: RunRecord,
  run: BegunRun,
  task: TaskDefinition,
  signal: AbortSignal,
  result: unknown,
): Promise<CommittedEnd> {
  signal.throwIfAborted();
  const output = validate(task.output, result);
  const ended = await inSpan('commit', {}, () =>
    record.end(toEnding(run, { run: 'succeeded', attempt: 'succeeded', output })),
  );
  return { failure: undefined, output, ended };
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
