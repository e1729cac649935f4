import type { OpenRun } from '#contracts/open-run.js';
import type { InputOf, OutputOf, TaskDefinition } from '#contracts/task.js';
import { validate } from '#contracts/validate.js';
import type { Pool } from '#database/pool.js';
import { findInvoked, type InvokedRun } from '#database/runs/flow.js';
import { startRun } from './start-run.js';

/** A run that was invoked did not succeed. Another attempt of the parent would meet the same end, so it is no passing fault. */
export class InvokedRunError extends Error {
  override readonly name = 'InvokedRunError';
  readonly run: InvokedRun;
  constructor(run: InvokedRun) {
    super(
      `the invoked run ${run.id} ("${run.key}", ${run.task}) ${run.state}: ${run.error?.message ?? 'no reason given'}`,
    );
    this.run = run;
  }
}

/**
 * Thrown out of a body whose invoked runs have not ended yet. The body is run again from the top when they have; it must
 * let this pass.
 */
export class SuspendError extends Error {
  override readonly name = 'SuspendError';
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
  invoke<D extends TaskDefinition>(key: string, task: D, input: InputOf<D>): Promise<OutputOf<D>>;
  /** Invokes a task once per input, all at a time, under the keys `key/0`, `key/1`, …; the outputs are in that order. */
  invokeAll<D extends TaskDefinition>(key: string, task: D, inputs: readonly InputOf<D>[]): Promise<OutputOf<D>[]>;
}

/** The invocations of one attempt, as its worker sees them. */
export interface AttemptInvocations extends Invocations {
  /** Waits for invocations under way and says whether the body has to wait for any. */
  settle(): Promise<boolean>;
}

/** @param send adds the job of a run that was recorded */
export function trackInvocations(
  pool: Pool,
  parentId: string,
  send: (run: OpenRun) => Promise<void>,
): AttemptInvocations {
  const underWay = new Set<Promise<unknown>>();
  let waits = false;

  const resolve = async (key: string, task: TaskDefinition, input: unknown): Promise<unknown> => {
    const found = await findInvoked(pool, parentId, key);
    if (!found) {
      const started = await startRun(pool, task, { input, trigger: 'invoke', parent: { runId: parentId, key } });
      waits = true;
      if (started.open) await send(started.open);
      throw new SuspendError(`waits for "${key}"`);
    }
    if (found.task !== task.name) {
      throw new Error(
        `"${key}" invoked ${found.task} before and ${task.name} now; keys must mean the same in every attempt`,
      );
    }
    if (found.state === 'succeeded') return found.output;
    if (found.state === 'failed' || found.state === 'cancelled') throw new InvokedRunError(found);
    waits = true;
    throw new SuspendError(`waits for "${key}"`);
  };
  const invoke = async <D extends TaskDefinition>(key: string, task: D, input: InputOf<D>): Promise<OutputOf<D>> => {
    const going = resolve(key, task, input);
    underWay.add(going);
    return validate<D['output']>(task.output, await going.finally(() => underWay.delete(going)));
  };
  return {
    invoke,
    async invokeAll(key, task, inputs) {
      const results = await Promise.allSettled(inputs.map((input, index) => invoke(`${key}/${index}`, task, input)));
      // A failure counts only when all have ended: until then the others would be left without a parent.
      const suspended = results.find((result) => result.status === 'rejected' && result.reason instanceof SuspendError);
      if (suspended?.status === 'rejected') throw suspended.reason;
      return results.map((result) => {
        if (result.status === 'rejected') throw result.reason;
        return result.value;
      });
    },
    async settle() {
      await Promise.allSettled(underWay);
      return waits;
    },
  };
}
