import type { TaskDefinition } from '#contracts/task.js';
import { validate } from '#contracts/validate.js';
import { type Pool, type Tx, transaction } from '#database/pool.js';
import { type Ended, endAttempt } from '#database/runs/attempt-ends.js';
import type { Fence, RunError } from '#database/runs/attempt-types.js';
import { inSpan } from '#process/tracing/spans.js';
import type { CommitOptions } from './context.js';
import { interruptibly } from './interrupt.js';

/** How a commit has ended its run. */
export interface CommittedEnd {
  /** Set when the run has failed with its transaction kept. */
  readonly failure: RunError | undefined;
  readonly output: unknown;
  readonly ended: Ended;
}

/** The one commit of an attempt (promise 2). */
export class AttemptCommit {
  readonly #pool: Pool;
  readonly #fence: Fence;
  readonly #task: TaskDefinition;
  readonly #signal: AbortSignal;
  #end: CommittedEnd | undefined;

  constructor(pool: Pool, fence: Fence, task: TaskDefinition, signal: AbortSignal) {
    this.#pool = pool;
    this.#fence = fence;
    this.#task = task;
    this.#signal = signal;
  }

  /** How it ended the run; undefined while nothing is committed. */
  get end(): CommittedEnd | undefined {
    return this.#end;
  }

  /** See `TaskContext.commit`. */
  async commit<T>(work: (tx: Tx) => Promise<T>, options: CommitOptions<T> = {}): Promise<T> {
    if (this.#end) throw new Error(`${this.#task.name} called commit twice; one attempt commits once`);
    const { result, end } = await inSpan('commit', {}, () =>
      transaction(this.#pool, (tx) => this.#work(tx, work, options)),
    );
    this.#end = end;
    return result;
  }

  async #work<T>(
    tx: Tx,
    work: (tx: Tx) => Promise<T>,
    { output, failure }: CommitOptions<T>,
  ): Promise<{ result: T; end: CommittedEnd }> {
    const { runId } = this.#fence;
    return await interruptibly({ pool: this.#pool, tx, runId, signal: this.#signal }, async () => {
      const result = await work(tx);
      this.#signal.throwIfAborted();
      const failed = failure?.(result);
      const ran = validate(this.#task.output, output ? output(result) : result);
      const ended = await endAttempt(tx, this.#fence, {
        run: failed ? 'failed' : 'succeeded',
        attempt: failed ? 'failed' : 'succeeded',
        output: ran,
        ...(failed ? { error: failed } : {}),
      });
      return { result, end: { failure: failed, output: ran, ended } };
    });
  }
}
