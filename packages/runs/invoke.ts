import type { Catalogue } from '#catalogue/catalogue.js';
import { InvokedRunError, SuspendError } from '#contracts/invoke-errors.js';
import type { OpenRun } from '#contracts/open-run.js';
import { termsOf } from '#contracts/run-terms.js';
import { isFinal } from '#contracts/states.js';
import type { TaskDefinition } from '#contracts/task.js';
import { asSetNow } from '#contracts/task-settings.js';
import { validate } from '#contracts/validate.js';
import type { Pool } from '#database/pool.js';
import type { BegunRun } from '#database/runs/attempt-types.js';
import { type InvokedChild, type InvokedRun, recordChildren } from '#database/runs/invocations.js';
import { newRunId } from '#database/runs/record-run.js';
import { activeTrace } from '#process/tracing/spans.js';
import { checkInput } from './check-input.js';
import type { Invocations, InvokeAllOptions, InvokedOutcome, InvokeOptions } from './invocations.js';
import { checkLimit, type InvocationSlot, trackSlots } from './invoke-slots.js';
import { type AttemptMemory, isUnderWay, type Memory } from './memory.js';
import { startRun } from './start-run.js';

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
    const { open } = await startRun({ pool, catalogue }, task, {
      ...{ input, trigger: 'invoke', parent },
      origin: { trace: activeTrace() },
    });
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
    const { task: name, queue, priority, maxAttempts, labels = {} } = termsOf(asSetNow(catalogue, task));
    for (const invocation of invocations) {
      const id = newRunId();
      children.push({
        ...{ ...invocation, parentId: run.runId, id, task: name, queue, priority, maxAttempts, labels },
        trace: activeTrace(),
      });
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

type Invocation = InvocationSlot & { readonly input: unknown };

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
