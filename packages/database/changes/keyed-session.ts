import type pg from 'pg';
import { withTimeLimit } from '#process/time-limit.js';
import type { Pool, Queryable } from '../pool.js';

/** After which the server gives up a statement of such a session: ms. */
const statementMs = 10_000;
/** After which a server that does not answer at all is given up. */
const answerMs = statementMs + 5_000;

/**
 * One session of a pool, taken when it is first needed and kept until `close`, that looks rows up by key, whatever the statistics
 * say of a table that grows by thousands of rows a second, and plans each statement for its values: a plan for any would
 * neither leave out old months nor tell a number of a transaction that is new from one that is not. A session whose statement failed
 * is thrown away; the next statement takes another.
 */
export class KeyedSession {
  readonly #pool: Pool;
  #client: pg.PoolClient | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Does something on the session. @throws what fails, or Error when the server does not answer */
  async use<T>(work: (session: Queryable) => Promise<T>): Promise<T> {
    this.#client ??= await this.#open();
    try {
      return await withTimeLimit(work(this.#client), answerMs, 'the database');
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Gives the session back; it is ended, since it is set up unlike others of its pool. */
  close(): void {
    this.#client?.release(true);
    this.#client = undefined;
  }

  async #open(): Promise<pg.PoolClient> {
    const client = await this.#pool.connect();
    try {
      await client.query(
        `SET enable_seqscan = off; SET plan_cache_mode = force_custom_plan; SET statement_timeout = ${statementMs}`,
      );
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }
}
