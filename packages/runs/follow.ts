import type { Catalogue } from '#catalogue/catalogue.js';
import type { OpenRun } from '#contracts/open-run.js';
import { termsOf } from '#contracts/run-terms.js';
import type { Tx } from '#database/pool.js';
import { newRunId, recordFollowUp } from '#database/runs/record-run.js';
import { activeTrace } from '#process/tracing/spans.js';
import { checkInput } from './check-input.js';

/** Having other tasks run after the commit of a body's work. */
export interface FollowUps {
  /**
   * Has a task run after the work of `commit`, to be called within it: the run is recorded in the same transaction, so
   * it is there exactly when the work is, and its job is added after the commit, by the reconciler if need be. Unlike an
   * invoked run it is nobody's child: this run does not wait for it.
   *
   * When such a run with the same input waits already, that one will do: it is kept from beginning until this
   * transaction has ended, so it sees what is committed here.
   * @param task its name
   * @param options.delayMs milliseconds before which it does not begin
   * @throws Error when there is no such task, InvalidInputError when its input does not fit
   */
  follow(tx: Tx, task: string, input: unknown, options?: { readonly delayMs?: number }): Promise<void>;
}

/** The follow-ups of one attempt, as its worker sees them. */
export interface AttemptFollowUps extends FollowUps {
  /** The runs that were recorded; their jobs are to be added once the work is committed. */
  recorded(): readonly OpenRun[];
}

export function trackFollowUps(catalogue: Catalogue): AttemptFollowUps {
  const recorded: OpenRun[] = [];
  return {
    async follow(tx, name, input, { delayMs = 0 } = {}) {
      const task = catalogue.get(name);
      if (!task) throw new Error(`expected a task to follow, no task is named "${name}"; was it renamed or removed?`);
      const open = await recordFollowUp(tx, newRunId(), {
        ...termsOf(task, { delayMs }),
        trigger: 'follow',
        input: checkInput(catalogue, task, input),
        origin: { trace: activeTrace() },
      });
      if (open) recorded.push(open);
    },
    recorded: () => recorded,
  };
}
