import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '#config/config.js';
import { isComing } from './unread-body.js';

/** What is asked of clients; see the settings of these names. */
export type ClientLimits = Pick<
  Config,
  'maxConnections' | 'clientIdleMs' | 'clientBytesPerSecond' | 'requestLimitMs' | 'uploadLimitMs'
>;

/** A request on its connection, from its head until its answer has left. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #limits: ClientLimits;
  readonly #began = performance.now();
  #limitMs: number;
  /** Of the present window: for how long the client was waited for, and what it had sent before. */
  #waitedMs = 0;
  #bytesBefore: number;

  constructor(request: IncomingMessage, response: ServerResponse, limits: ClientLimits) {
    this.request = request;
    this.response = response;
    this.#limits = limits;
    this.#limitMs = limits.requestLimitMs;
    this.#bytesBefore = request.socket.bytesRead;
  }

  /** Its body may take as long as an upload may. */
  allowUpload(): void {
    this.#limitMs = this.#limits.uploadLimitMs;
  }

  /**
   * What is wrong with the pace of the body; undefined while nothing is. Called every `tickMs` or so.
   *
   * Only time in which the API had read all that had come counts: a body that waits for our disk is not slow. After each
   * `clientIdleMs` of that, the body must have brought its bytes per second, and one byte at least.
   */
  problemAfter(tickMs: number): string | undefined {
    const { request } = this;
    const { clientIdleMs, clientBytesPerSecond } = this.#limits;
    if (!isComing(request)) return undefined;
    if (performance.now() - this.#began > this.#limitMs) {
      return `the body took longer than ${this.#limitMs / 1000} seconds to arrive`;
    }
    if (request.readableLength > 0) return undefined;
    this.#waitedMs += tickMs;
    if (this.#waitedMs < clientIdleMs) return undefined;
    const bytes = request.socket.bytesRead - this.#bytesBefore;
    const least = Math.max(1, (clientBytesPerSecond * this.#waitedMs) / 1000);
    const seconds = this.#waitedMs / 1000;
    this.#waitedMs = 0;
    this.#bytesBefore += bytes;
    return bytes < least
      ? `the body brought ${bytes} bytes in ${seconds} seconds; expected at least ${Math.ceil(least)}`
      : undefined;
  }
}
