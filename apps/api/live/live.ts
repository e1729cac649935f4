import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '#contracts/errors.js';
import { isWithin } from '#database/changes/snapshot.js';
import type { Pool } from '#database/pool.js';
import type { Logger } from '#process/log.js';
import { HttpProblem } from '../http/problem.js';
import { Blocks } from './blocks.js';
import { CatchUp } from './catch-up.js';
import { Feed } from './feed.js';
import { wants } from './filter.js';
import type { Listener } from './listener.js';
import type { Chunk } from './reader.js';
import { Reader } from './reader.js';
import { type FirstState, serve, servePulses } from './serve.js';

/** Between two reads, in milliseconds. */
const intervalMs = 250;
/** Before the database is asked again that did not answer. */
const againMs = 1_000;
/** Proxies close connections on which nothing comes for a minute or so. */
const beatMs = 15_000;
/** How long after a log-out streams may go on. */
const sessionMs = 5_000;
/** Seconds after which a client may ask again that was one too many. */
const retrySeconds = 10;

/** What the streams of a process need. */
export interface LiveDeps {
  readonly pool: Pool;
  readonly log: Logger;
  readonly maxListeners: number;
  /** Which of the values of session cookies are still sessions. Undefined: there are no sessions. */
  readonly living: ((values: readonly string[]) => Promise<ReadonlySet<string>>) | undefined;
}

/**
 * All open streams of a process. One session of the database reads what is new for all of them, and nothing while nobody
 * listens.
 */
export class Live {
  readonly #deps: LiveDeps;
  readonly #reader: Reader;
  readonly #catchUp: CatchUp;
  readonly #listeners = new Set<Listener>();
  readonly #blocks = new Blocks(Number.POSITIVE_INFINITY);
  readonly #stopping = new AbortController();
  #feed: Feed | undefined;
  #running: Promise<void> | undefined;
  /** Reads that failed since the last one that did not. */
  #failures = 0;

  constructor(deps: LiveDeps) {
    this.#deps = deps;
    this.#reader = new Reader(deps.pool);
    this.#catchUp = new CatchUp(deps.pool);
  }

  /** @throws HttpProblem 503 when there are as many listeners as may be */
  admit(): void {
    const { maxListeners } = this.#deps;
    if (this.#listeners.size < maxListeners && !this.#stopping.signal.aborted) return;
    throw new HttpProblem(
      'listeners-busy',
      `${maxListeners} streams of events are open, which is as many as may be at a time`,
      { headers: { 'retry-after': String(retrySeconds) } },
    );
  }

  /**
   * Sends a listener events until it leaves.
   * @param lastId of the last event that it got; undefined: it begins now
   * @param first how the run is that it listens to, and where that was
   */
  listen(listener: Listener, lastId: string | undefined, first: FirstState | undefined): void {
    this.#open(listener, (feed) => serve(listener, feed, this.#catchUp, { lastId, first }));
  }

  /** Sends a listener summaries of what changes until it leaves. */
  listenToPulses(listener: Listener): void {
    this.#open(listener, async (feed) => servePulses(listener, feed));
  }

  /** Ends all streams and waits until the database is left alone. */
  async close(): Promise<void> {
    this.#stopping.abort();
    for (const listener of this.#listeners) listener.end();
    // What is being read is broken off: nobody wants it any more.
    this.#reader.close();
    await Promise.all([this.#running, this.#catchUp.close()]);
  }

  #open(listener: Listener, bring: (feed: Feed) => Promise<void>): void {
    if (listener.isClosed) return;
    this.#listeners.add(listener);
    listener.onClose(() => {
      this.#listeners.delete(listener);
      this.#feed?.leave(listener);
    });
    this.#running ??= this.#run();
    void this.#bringInStep(listener, bring);
  }

  async #bringInStep(listener: Listener, bring: (feed: Feed) => Promise<void>): Promise<void> {
    try {
      // While the database is away there is none.
      while (this.#feed === undefined && !listener.isClosed) await pause(intervalMs / 5);
      if (this.#feed) await bring(this.#feed);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.#deps.log.warn({ err: error }, `a stream of events is ended: ${messageOf(error)}`);
      listener.end();
    }
  }

  async #run(): Promise<void> {
    const beat = setInterval(() => this.#beat(), beatMs);
    const look = setInterval(() => void this.#endSessions(), sessionMs);
    while (this.#listeners.size > 0 && !this.#stopping.signal.aborted) {
      const began = performance.now();
      const waitMs = await this.#step();
      await pause(waitMs - (performance.now() - began), undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
    clearInterval(beat);
    clearInterval(look);
    this.#reader.close();
    this.#feed?.end();
    this.#feed = undefined;
    this.#running = undefined;
  }

  /** Reads once. @returns after how many milliseconds to read again */
  async #step(): Promise<number> {
    try {
      if (this.#feed === undefined || this.#failures > 0) await this.#begin();
      const feed = this.#feed;
      if (!feed) return 0;
      const chunk = await this.#reader.read(feed.position, feed.needsFor(this.#listeners));
      this.#failures = 0;
      this.#deliver(feed, chunk);
      return feed.position.part === undefined ? intervalMs : 0;
    } catch (error) {
      if (this.#stopping.signal.aborted) return 0;
      this.#failures += 1;
      this.#deps.log.warn({ err: error }, `what is new cannot be read for streams of events: ${messageOf(error)}`);
      return againMs;
    }
  }

  /** Begins to listen, or goes on after the database was away. */
  async #begin(): Promise<void> {
    const { origin, now } = await this.#reader.begin();
    const feed = this.#feed;
    if (feed?.origin === origin && isWithin(feed.position.until, now.until)) return;
    // Another history: who comes back is told so.
    feed?.end();
    for (const listener of feed?.inStep ?? []) listener.end();
    feed?.pulses.end();
    this.#feed = new Feed(origin, now);
  }

  #deliver(feed: Feed, chunk: Chunk): void {
    for (const listener of feed.inStep) {
      const block = this.#blocks.of(chunk, listener, feed.ids);
      if (block) listener.write(block);
    }
    feed.pulses.take(chunk.events, chunk.end.seconds);
    for (const event of feed.take(chunk)) {
      for (const listener of feed.inStep) if (wants(listener.filter, event)) listener.write(event.text);
    }
  }

  #beat(): void {
    const feed = this.#feed;
    const position = feed && `:\nid: ${feed.ids.write(feed.position)}\n\n`;
    for (const listener of this.#listeners) {
      listener.beat(position !== undefined && feed?.inStep.has(listener) === true ? position : ':\n\n');
    }
  }

  async #endSessions(): Promise<void> {
    const values = new Set([...this.#listeners].flatMap(({ session }) => session ?? []));
    if (values.size === 0) return;
    // While the database is away nobody can tell, and nothing is sent.
    const living = await this.#deps.living?.([...values]).catch(() => values);
    for (const listener of this.#listeners) {
      if (listener.session !== undefined && living?.has(listener.session) !== true) listener.end();
    }
  }
}
