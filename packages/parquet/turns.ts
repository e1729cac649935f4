import { setImmediate } from 'node:timers/promises';

/** Milliseconds of decoding after which the event loop gets its turn. */
const turnMs = 8;

/** Divides long work into pieces between which the event loop can do something else. */
export class Turns {
  #last = performance.now();

  /** Whether the work has gone on for long enough. */
  get due(): boolean {
    return performance.now() - this.#last > turnMs;
  }

  /** Lets the event loop have its turn, if that is due. */
  async give(): Promise<void> {
    if (!this.due) return;
    await setImmediate();
    this.#last = performance.now();
  }
}
