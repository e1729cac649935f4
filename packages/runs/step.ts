import type { Fence } from '#database/runs/attempt-types.js';
import { storableJson } from '#database/storable.js';
import type { AttemptMemory } from './memory.js';
import type { RunRecord } from './run-record.js';

/** Pieces of a body whose results are recorded. */
export interface Steps {
  /**
   * Does a piece of the body once: when the body starts again, because it waited for runs that it invoked or because an
   * attempt failed, the recorded result is returned at once. For what must not change or not be repeated: a clock, a
   * random id, an HTTP call. Work that throws is not recorded; work whose worker dies before its result is recorded is
   * done again.
   * @param key names the step among those of the run, the same in every attempt
   * @returns what JSON keeps of the result, at most 1 MiB; null for undefined
   * @throws FencedError when this attempt no longer holds the run; nothing was recorded
   */
  step<T>(key: string, work: () => Promise<T> | T): Promise<T>;
}

/** The steps of one attempt, as its worker sees them. */
export interface AttemptSteps extends Steps {
  /** Waits for steps under way. */
  settle(): Promise<void>;
}

/** Characters of a step's result as JSON. What is larger belongs in a table, or is the output of a run. */
const maxOutput = 2 ** 20;

/** What the steps of an attempt need. */
export interface StepDeps {
  readonly record: RunRecord;
  readonly fence: Fence;
  readonly memory: AttemptMemory;
}

export function trackSteps({ record, fence, memory }: StepDeps): AttemptSteps {
  const underWay = new Set<Promise<unknown>>();
  const doneNow = new Set<string>();

  const step = async (key: string, work: () => unknown): Promise<unknown> => {
    if (doneNow.has(key)) throw new Error(`expected each step's key once, got "${key}" twice; name them apart`);
    doneNow.add(key);
    const { steps } = await memory.read();
    if (steps.has(key)) return steps.get(key);
    const output = storableJson(await work());
    if (output !== null && output.length > maxOutput) {
      throw new Error(
        `step "${key}": expected a result of at most ${maxOutput} characters of JSON, got ${output.length}; ` +
          'store what is large elsewhere and return where it is',
      );
    }
    await record.step({ fence, key, output });
    return JSON.parse(output ?? 'null');
  };
  return {
    step<T>(key: string, work: () => Promise<T> | T): Promise<T> {
      const going = step(key, work);
      underWay.add(going);
      going.catch(() => {}).finally(() => underWay.delete(going));
      // JSON keeps the shape of what tasks record; what it does not keep is said in the interface.
      return going as Promise<T>;
    },
    async settle() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}
