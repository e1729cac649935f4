import type { Pool, Tx } from '#database/pool.js';
import { readingLimitMs } from '#database/queries/reading.js';
import { readSnapshot } from '#database/queries/snapshot.js';
import { HttpProblem } from '../http/problem.js';

/** Share of the pool's connections that exports may hold: all else is answered with the others. */
const poolShare = 0.4;

/** Seconds after which a client may ask again. */
const retrySeconds = 30;

/** The exports of one process: each holds a connection until its last row has been taken, so only some go at a time. */
export class Exports {
  readonly #pool: Pool;
  readonly #max: number;
  #open = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#max = Math.max(1, Math.floor(pool.options.max * poolShare));
  }

  /**
   * Pages of rows that are read in one snapshot. The caller asks for the first one, and for all others or returns.
   * @throws HttpProblem 503 when as many exports as may be are under way
   */
  read<T>(read: (tx: Tx) => AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
    if (this.#open >= this.#max) {
      throw new HttpProblem(
        'exports-busy',
        `${this.#max} exports are being sent, which is as many as may be at a time`,
        {
          headers: { 'retry-after': String(retrySeconds) },
        },
      );
    }
    this.#open += 1;
    return this.#counted(read);
  }

  async *#counted<T>(read: (tx: Tx) => AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
    try {
      yield* readSnapshot(this.#pool, readingLimitMs, read);
    } finally {
      this.#open -= 1;
    }
  }
}
