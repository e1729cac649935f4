import { isFinal } from '#contracts/states.js';
import type { Pool } from '#database/pool.js';
import type { Fence } from '#database/runs/attempt-types.js';
import { type InvokedRun, readMemory } from '#database/runs/invocations.js';

/** What earlier attempts of a run have invoked and done, read once per attempt, when it is first asked for. */
export class AttemptMemory {
  readonly #pool: Pool;
  readonly #fence: Fence;
  #reading: Promise<Memory> | undefined;

  constructor(pool: Pool, fence: Fence) {
    this.#pool = pool;
    this.#fence = fence;
  }

  read(): Promise<Memory> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  async #read(): Promise<Memory> {
    const { runId, attempt } = this.#fence;
    const { invoked, steps } = attempt === 1 ? { invoked: [], steps: [] } : await readMemory(this.#pool, runId);
    return {
      invoked: new Map(invoked.map((run) => [run.key, run])),
      steps: new Map(steps.map(({ key, output }) => [key, output])),
    };
  }
}

/** By their keys. */
export interface Memory {
  readonly invoked: ReadonlyMap<string, InvokedRun>;
  readonly steps: ReadonlyMap<string, unknown>;
}

/** Whether an invoked run is under way. */
export const isUnderWay = (run: InvokedRun): boolean => !run.held && !isFinal(run.state);
