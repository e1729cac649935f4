import { Budget } from './budget.js';

/** More than ever run at the same time in a process. */
const MOST_AT_ONCE = 1024;

/**
 * Runs work whose errors are only reliable while nothing else runs: libvips keeps one error text for the whole process,
 * which calls under way at the same time mix up or empty. Work that succeeds runs beside other work and costs a
 * counter; only what failed in company is done again, by itself, and then its second outcome counts.
 */
export class Isolation {
  readonly #turns = new Budget(MOST_AT_ONCE);
  #running = 0;
  #begun = 0;

  /**
   * Runs `work` beside other work. When it fails, its own error is handed to `recover`, while nothing else runs; the
   * error that `recover` throws, or what it returns, is the outcome.
   */
  async run<T>(work: () => Promise<T>, recover: (error: unknown) => Promise<T>): Promise<T> {
    const first = await this.#turns.run(1, () => this.#attempt(work));
    if (first.done) return first.value;
    return await this.#turns.run(MOST_AT_ONCE, async () => {
      const own = first.inCompany ? await this.#attempt(work) : first;
      return own.done ? own.value : await recover(own.error);
    });
  }

  async #attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
    this.#begun += 1;
    this.#running += 1;
    const begun = this.#begun;
    const others = this.#running > 1;
    try {
      return { done: true, value: await work() };
    } catch (error) {
      return { done: false, error, inCompany: others || this.#begun !== begun };
    } finally {
      this.#running -= 1;
    }
  }
}

type Attempt<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly error: unknown; readonly inCompany: boolean };
