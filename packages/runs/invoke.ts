import type { Catalogue } from '#catalogue/catalogue.js';
import { InvokedRunError, SuspendError } from '#contracts/invoke-errors.js';
import type { OpenRun } from '#contracts/open-run.js';
import { termsOf } from '#contracts/run-terms.js';
import { isFinal } from '#contracts/states.js';
import type { InputOf, OutputOf, TaskDefinition } from '#contracts/task.js';
import { validate } from '#contracts/validate.js';
import type { Pool } from '#database/pool.js';
import type { BegunRun } from '#database/runs/attempt-types.js';
import { type InvokedChild, type InvokedRun, recordChildren } from '#database/runs/invocations.js';
import { newRunId } from '#database/runs/record-run.js';
import { checkInput } from './check-input.js';
import { type AttemptMemory, isUnderWay, type Memory } from './memory.js';
import { startRun } from './start-run.js';

/** How an invoked run ended. */
export type InvokedOutcome<O> =
  | { readonly state: 'succeeded'; readonly output: O; readonly runId: string }
  | { readonly state: 'failed' | 'cancelled'; readonly error: InvokedRunError };

/** A limit that invocations of a run share: those that name it, with the same `atMost` each time. */
export interface InvokeLimit {
  readonly name: string;
  /** Most of them that are under way at a time: as one ends the next one starts. */
  readonly atMost: number;
}

/** How a run is invoked. */
export interface InvokeOptions {
  /** One that other invocations have as well. */
  readonly limit?: InvokeLimit | undefined;
  /** True: the result says how the run ended, and it is not thrown. */
  readonly settled?: boolean;
  /**
   * False: with this one complete the body can do nothing more while others are under way, so it is not started again for
   * it alone.
   */
  readonly wakes?: boolean;
}

/** How several runs are invoked. */
export interface InvokeAllOptions extends InvokeOptions {
  /** Most of them that are under way at a time: as one ends the next one starts. All at a time if not given. */
  readonly atMost?: number | undefined;
}

/** Invoking other tasks from a body. */
export interface Invocations {
  /**
   * Runs another task and returns its output. The first time round the run is recorded and the body is left by a
   * SuspendError, so that no slot is held while it waits; when the invoked runs have ended the body starts again and
   * the recorded output is returned at once.
   * @param key names this invocation among those of the run, the same in every attempt
   * @throws InvokedRunError when the invoked run failed, InvalidInputError when its input does not fit
   */
  invoke<D extends TaskDefinition>(
    key: string,
    task: D,
    input: InputOf<D>,
    options?: InvokeOptions & { readonly settled?: false },
  ): Promise<OutputOf<D>>;
  invoke<D extends TaskDefinition>(
    key: string,
    task: D,
    input: InputOf<D>,
    options: InvokeOptions & { readonly settled: true },
  ): Promise<InvokedOutcome<OutputOf<D>>>;
  /**
   * Invokes a task once per input under the keys `key/0`, `key/1`, …; the outputs are in that order.
   * @throws InvokedRunError when all have ended and one has failed, without `settled`
   */
  invokeAll<D extends TaskDefinition>(
    key: string,
    task: D,
    inputs: readonly InputOf<D>[],
    options?: InvokeAllOptions & { readonly settled?: false },
  ): Promise<OutputOf<D>[]>;
  invokeAll<D extends TaskDefinition>(
    key: string,
    task: D,
    inputs: readonly InputOf<D>[],
    options: InvokeAllOptions & { readonly settled: true },
  ): Promise<InvokedOutcome<OutputOf<D>>[]>;
}

/** The invocations of one attempt, as its worker sees them. */
export interface AttemptInvocations extends Invocations {
  /**
   * Waits for invocations under way.
   * @throws what the record of some threw
   */
  settle(): Promise<SettledInvocations>;
}

/** What an attempt has invoked. */
export interface SettledInvocations {
  /** Whether the body has to wait for any. */
  readonly waits: boolean;
  /** The runs that it invoked last, which are to be recorded with the attempt's end. */
  readonly children: readonly InvokedChild[];
  /** If it waits for several invocations: their names, see `Run.awaits` in the schema. */
  readonly awaits: readonly string[] | undefined;
  /** Whether runs that earlier attempts invoked are under way, whose jobs may be nobody's children. */
  readonly adopts: boolean;
}

/** Invocations of which each has the body go on when it is complete; with more of them it goes on when all are. */
const maxAwaited = 1_000;

/** What the invocations of an attempt need. */
export interface InvocationDeps {
  readonly pool: Pool;
  readonly catalogue: Catalogue;
  readonly run: BegunRun;
  readonly memory: AttemptMemory;
  /** Adds the jobs of runs that were recorded. */
  send(runs: readonly OpenRun[]): Promise<void>;
}

export function trackInvocations({ pool, catalogue, run, memory, send }: InvocationDeps): AttemptInvocations {
  const underWay = new Set<Promise<unknown>>();
  const usedKeys = new Set<string>();
  const slots = trackSlots();
  let children: InvokedChild[] = [];
  let recording: NodeJS.Immediate | undefined;
  const awaits: string[] = [];
  let pending = 0;
  let failure: { readonly error: unknown } | undefined;

  // A body that is left at once has its invocations recorded with the attempt's end; the others of one turn together.
  const recordSoon = (): void => {
    recording ??= setImmediate(() => {
      recording = undefined;
      const batch = children;
      children = [];
      void watch(recordAndSend(batch)).catch((error: unknown) => {
        failure = { error };
      });
    });
  };
  const recordAndSend = async (batch: readonly InvokedChild[]): Promise<void> => {
    // An attempt that is fenced has no run that could be their parent; its end says so.
    if (await recordChildren(pool, run, batch)) await send(openRunsOf(run, batch));
  };
  const watch = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work);
    work.catch(() => {}).finally(() => underWay.delete(work));
    return work;
  };

  const use = (key: string): void => {
    if (usedKeys.has(key)) throw new Error(`expected each key once, got "${key}" twice; name them apart`);
    usedKeys.add(key);
  };
  const startWithFiles = async (task: TaskDefinition, { input, ...slot }: Invocation): Promise<void> => {
    const parent = { runId: run.runId, attempt: run.attempt, queue: run.queue, ...slot };
    const { open } = await startRun({ pool, catalogue }, task, { input, trigger: 'invoke', parent });
    if (open && !slot.held) await send([open]);
  };
  /** Records runs of the task; the files of those that have some are taken at once. */
  const start = async (task: TaskDefinition, invocations: readonly Invocation[]): Promise<void> => {
    for (const { input } of invocations) checkInput(catalogue, task, input);
    if (task.source) {
      const outcomes = await Promise.allSettled(invocations.map((invocation) => startWithFiles(task, invocation)));
      const refused = outcomes.find((outcome) => outcome.status === 'rejected');
      // Those that were recorded are waited for first; the next attempt meets the fault with none of them under way.
      if (refused && outcomes.every((outcome) => outcome.status === 'rejected')) throw refused.reason;
      return;
    }
    const { task: name, queue, priority, maxAttempts, labels = {} } = termsOf(task);
    for (const invocation of invocations) {
      const id = newRunId();
      children.push({ ...invocation, parentId: run.runId, id, task: name, queue, priority, maxAttempts, labels });
    }
    recordSoon();
  };

  const suspend = (name: string, wakes: boolean): void => {
    pending += 1;
    if (wakes) awaits.push(name);
  };

  const invoke = async (
    key: string,
    task: TaskDefinition,
    input: unknown,
    { limit, settled = false, wakes = true }: InvokeOptions = {},
  ): Promise<unknown> => {
    checkLimit(limit);
    use(key);
    const { invoked } = await memory.read();
    const found = known(invoked, key, task);
    if (found && isFinal(found.state)) return settled ? outcomeOf(found, task) : outputOf(found, task);
    if (!found) await start(task, [{ input, ...slots.take(key, invoked, limit) }]);
    suspend(key, wakes);
    throw new SuspendError(`waits for "${key}"`);
  };

  const invokeAll = async (
    key: string,
    task: TaskDefinition,
    inputs: readonly unknown[],
    {
      atMost,
      settled = false,
      wakes = true,
      limit = atMost === undefined ? undefined : { name: key, atMost },
    }: InvokeAllOptions = {},
  ): Promise<unknown[]> => {
    checkLimit(limit);
    use(`${key}/*`);
    const { invoked } = await memory.read();
    const found = inputs.map((_input, index) => known(invoked, `${key}/${index}`, task));
    const starting = inputs.flatMap((input, index) =>
      found[index] ? [] : [{ input, ...slots.take(`${key}/${index}`, invoked, limit) }],
    );
    if (starting.length > 0) await start(task, starting);
    const ended = found.flatMap((child) => (child && isFinal(child.state) ? [child] : []));
    // A failure counts only when all have ended: until then the others would be left without a parent.
    if (ended.length < inputs.length) {
      suspend(`${key}/`, wakes);
      throw new SuspendError(`waits for "${key}"`);
    }
    return ended.map((child) => (settled ? outcomeOf(child, task) : outputOf(child, task)));
  };

  return {
    invoke: (...args: Parameters<typeof invoke>) => watch(invoke(...args)) as Promise<never>,
    invokeAll: (...args: Parameters<typeof invokeAll>) => watch(invokeAll(...args)) as Promise<never>,
    async settle() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
      clearImmediate(recording);
      if (failure) throw failure.error;
      const waits = pending > 0;
      const isEarly = pending > 1 && awaits.length > 0 && awaits.length <= maxAwaited;
      // Asked only when it was read: an attempt that waits has read it.
      const adopts = waits && [...(await memory.read()).invoked.values()].some(isUnderWay);
      return { waits, children, awaits: isEarly ? awaits : undefined, adopts };
    },
  };
}

/** The key of an invocation, the window that limits it, and whether it has to wait for its turn there. */
type InvocationSlot = Pick<InvokedChild, 'key' | 'window' | 'atMost' | 'held'>;

type Invocation = InvocationSlot & { readonly input: unknown };

/** Gives the invocations of an attempt their slots, in the order in which they are to start. */
function trackSlots(): {
  take(key: string, invoked: Memory['invoked'], limit: InvokeLimit | undefined): InvocationSlot;
} {
  const free = new Map<string, number>();
  return {
    take(key, invoked, limit) {
      if (!limit) return { key, held: false };
      const { name, atMost } = limit;
      const left = (free.get(name) ?? atMost - countUnderWay(invoked, name)) - 1;
      free.set(name, left);
      return { key, window: name, atMost, held: left < 0 };
    },
  };
}

function countUnderWay(invoked: Memory['invoked'], window: string): number {
  let count = 0;
  for (const child of invoked.values()) if (child.window === window && isUnderWay(child)) count += 1;
  return count;
}

function checkLimit(limit: InvokeLimit | undefined): void {
  if (limit === undefined || (Number.isInteger(limit.atMost) && limit.atMost > 0)) return;
  throw new Error(`atMost: expected a positive whole number, got ${limit.atMost}`);
}

/** The run that was invoked under a key. @throws Error when it was another task's */
function known(invoked: Memory['invoked'], key: string, task: TaskDefinition): InvokedRun | undefined {
  const found = invoked.get(key);
  if (!found || found.task === task.name) return found;
  throw new Error(
    `"${key}" invoked ${found.task} before and ${task.name} now; keys must mean the same in every attempt`,
  );
}

function outputOf(child: InvokedRun, task: TaskDefinition): unknown {
  if (child.state !== 'succeeded') throw new InvokedRunError(child);
  return validate(task.output, child.output);
}

function outcomeOf(child: InvokedRun, task: TaskDefinition): InvokedOutcome<unknown> {
  const { state } = child;
  if (state === 'failed' || state === 'cancelled') return { state, error: new InvokedRunError(child) };
  return { state: 'succeeded', output: outputOf(child, task), runId: child.id };
}

/** Invoked runs that were recorded, as far as their jobs need to know: those that need not wait for their turn. */
export function openRunsOf({ runId, queue: parentQueue }: BegunRun, children: readonly InvokedChild[]): OpenRun[] {
  const parent = { id: runId, queue: parentQueue };
  return children
    .filter(({ held }) => !held)
    .map(({ id, task, queue, priority }) => ({ id, task, queue, priority, delayMs: 0, parent }));
}
