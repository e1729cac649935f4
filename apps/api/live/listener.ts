import type { ServerResponse } from 'node:http';
import type { ChangeNeeds } from '#database/changes/read-changes.js';
import { eventText } from './events.js';
import { type EventFilter, keyOf, needsOf } from './filter.js';

/** Bytes that wait for a client before what comes next; one that has more to read is ended. */
const maxUnsent = 2 ** 20;

/** Milliseconds after which a client comes back, spread so that not all come at once. */
const retryMs = (): number => Math.round(1_000 + Math.random() * 2_000);

/** One open stream of events. */
export class Listener {
  readonly filter: EventFilter;
  /** The same for all who want the same. */
  readonly key: string;
  readonly needs: ChangeNeeds;
  /** The cookie's value of a person who logged in. */
  readonly session: string | undefined;
  readonly #response: ServerResponse;
  /** Bytes still waited for a client that had read nothing since the last look. */
  #stuck = false;

  constructor(response: ServerResponse, filter: EventFilter, session: string | undefined) {
    this.#response = response;
    this.filter = filter;
    this.key = keyOf(filter);
    this.needs = needsOf(filter);
    this.session = session;
    response
      // Who is gone already ends the stream by that.
      .on('error', () => {})
      .on('drain', () => {
        this.#stuck = false;
      });
    response.write(`retry: ${retryMs()}\n\n`);
  }

  get isClosed(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  onClose(work: () => void): void {
    this.#response.once('close', work);
  }

  /** Sends an event. @param id where a client goes on that comes back after it */
  send(name: string, data: unknown, id: string): void {
    this.write(`id: ${id}\n${eventText(name, data)}`);
  }

  /**
   * Sends text of whole events. Who has not read what came before is ended instead, without the rest: it comes back and
   * goes on after the last event that it got.
   */
  write(text: string | Buffer): void {
    if (this.isClosed) return;
    if (this.#response.writableLength > maxUnsent) this.#response.destroy();
    else this.#response.write(text);
  }

  /** Waits until the client has read what was sent, or is gone. */
  async drained(): Promise<void> {
    const response = this.#response;
    if (this.isClosed || !response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        response.off('drain', settle).off('close', settle);
        resolve();
      };
      response.on('drain', settle).on('close', settle);
    });
  }

  /** Shows that the connection lives; ends that of a client that has read nothing of what waits for it since the last time. */
  beat(text: string): void {
    if (this.#stuck && this.#response.writableNeedDrain) this.#response.destroy();
    this.#stuck = this.#response.writableNeedDrain;
    this.write(text);
  }

  /** Ends the stream, in good order where the client reads. */
  end(): void {
    if (this.#response.writableNeedDrain) this.#response.destroy();
    else this.#response.end();
  }
}
