import { setTimeout as pause } from 'node:timers/promises';
import { KeyedSession } from '#database/changes/keyed-session.js';
import { readKeptSince } from '#database/changes/origin.js';
import type { ChangeNeeds } from '#database/changes/read-changes.js';
import { isWithin } from '#database/changes/snapshot.js';
import { sqlState } from '#database/error-kinds.js';
import type { Pool, Queryable } from '#database/pool.js';
import type { Ids, Position } from './position.js';
import { type Chunk, readChunk } from './reader.js';
import type { Ring } from './ring.js';

/** A position whose changes are not kept any more, or too many to be read. */
export class PositionGoneError extends Error {}

/** For how long after it was asked for a page is given to others who ask for the same, ms; and how many of them. */
const sharedMs = 2_000;
const maxShared = 8;
/** Rows of each table of a page. */
const pageRows = 1_000;
/** Rows of each table by which a ring is widened at most. */
const widenRows = 10_000;

/** SQLSTATE of a statement that took too long. */
const givenUp = '57014';

/**
 * Reads what the ring does not have any more. One page at a time, whoever waits, and what several ask for once: after a
 * restart of the API all its listeners come back at once, most of them from the same position.
 */
export class CatchUp {
  readonly #session: KeyedSession;
  readonly #pages = new Map<string, Promise<Chunk>>();
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isClosed = false;

  constructor(pool: Pool) {
    this.#session = new KeyedSession(pool);
  }

  /**
   * What comes next after a position. @throws PositionGoneError
   */
  page(position: Position, needs: ChangeNeeds, ids: Ids): Promise<Chunk> {
    const key = `${ids.write(position)} ${needs.logs} ${needs.roots.join()}`;
    const known = this.#pages.get(key);
    if (known) return known;
    const page = this.#inTurn(() => this.#read(position, needs));
    this.#pages.set(key, page);
    for (const oldest of [...this.#pages.keys()].slice(0, -maxShared)) this.#pages.delete(oldest);
    void page
      .catch(() => {})
      .then(() => pause(sharedMs, undefined, { ref: false }))
      .then(() => this.#pages.get(key) === page && this.#pages.delete(key));
    return page;
  }

  /**
   * Makes a ring go back to a position, if there is not too much in between: of many who come back after a restart, from as
   * many positions, each that is older than all before is one question to the database, and the others are none.
   * @returns whether the ring has what comes next now @throws PositionGoneError
   */
  widen(ring: Ring, position: Position, needs: ChangeNeeds): Promise<boolean> {
    return this.#inTurn(() =>
      this.#session.use(async (db) => {
        if (ring.next(position, needs).is !== 'gone') return true;
        const { begin } = ring;
        const part = position.part;
        const from: Position = part ? { until: part.from, seconds: part.seconds } : position;
        if (this.#isClosed || !isWithin(from.until, begin.until)) return false;
        await this.#refuseForgotten(db, position, needs);
        const { progress: _none, ...batch } = await readChunk(
          db,
          from,
          { ...needs, progress: false },
          widenRows,
          begin,
        );
        return batch.end.part === undefined && ring.prepend(batch) && ring.next(position, needs).is !== 'gone';
      }),
    );
  }

  /** Breaks off the page that is being read, and lets those who wait know. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#session.close();
    await this.#turn;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const turn = this.#turn.then(work);
    this.#turn = turn
      .catch(() => {})
      .then(() => {
        this.#waiting -= 1;
        if (this.#waiting === 0) this.#session.close();
      });
    return turn;
  }

  async #read(position: Position, needs: ChangeNeeds): Promise<Chunk> {
    if (this.#isClosed) throw new Error('the API stops');
    return await this.#session.use(async (db) => {
      await this.#refuseForgotten(db, position, needs);
      try {
        return await readChunk(db, position, { ...needs, progress: false }, pageRows);
      } catch (cause) {
        if (sqlState(cause) !== givenUp) throw cause;
        throw new PositionGoneError('there are too many changes since', { cause });
      }
    });
  }

  async #refuseForgotten(db: Queryable, position: Position, needs: ChangeNeeds): Promise<void> {
    const since = await readKeptSince(db);
    const first = Math.max(since.run ?? 0, since.file ?? 0, needs.logs ? (since.log ?? 0) : 0);
    if ((position.part ?? position).seconds >= first) return;
    throw new PositionGoneError(`changes are kept since ${new Date(first * 1000).toISOString()}`);
  }
}
