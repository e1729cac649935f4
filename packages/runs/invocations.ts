import type { InvokedRunError } from '#contracts/invoke-errors.js';
import type { InputOf, OutputOf, TaskDefinition } from '#contracts/task.js';

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
