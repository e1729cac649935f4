import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { waitFor } from './wait.js';

/** An event as it came. */
export interface StreamEvent {
  readonly event: string;
  /** Undefined where the event has none of its own. */
  readonly id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape
  readonly data: any;
}

/** A plain reader of server-sent events, which follows the standard's rules for ids and shows what comes. */
export class EventReader {
  readonly events: StreamEvent[] = [];
  /** Where a client would go on: blocks without data count as well. */
  lastId: string | undefined;
  readonly response: IncomingMessage;
  /** Milliseconds by `performance.now()` at which each event came. */
  readonly arrivals: number[] = [];
  readonly ended: Promise<unknown>;
  readonly #request: ClientRequest;
  #rest = '';

  private constructor(request: ClientRequest, response: IncomingMessage) {
    this.#request = request;
    this.response = response;
    this.ended = new Promise((resolve) => response.once('close', resolve).on('error', () => {}));
    response.setEncoding('utf8').on('data', (text: string) => this.#take(text));
  }

  /** Opens a stream. @throws AssertionError when it is refused */
  static async open(url: string, options: { lastId?: string | undefined; headers?: Record<string, string> } = {}) {
    const { lastId, headers = {} } = options;
    const all = { ...headers, ...(lastId === undefined ? {} : { 'last-event-id': lastId }) };
    const request = get(url, { headers: all, agent: false });
    const [response]: IncomingMessage[] = await once(request, 'response');
    assert.ok(response);
    request.on('error', () => {});
    assert.equal(response.statusCode, 200, `${url} answered ${response.statusCode}`);
    const reader = new EventReader(request, response);
    reader.lastId = lastId;
    return reader;
  }

  /** The data of the events of a name. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  of(...names: string[]): any[] {
    return this.events.filter(({ event }) => names.includes(event)).map(({ data }) => data);
  }

  /** Waits until the events are as they should be. */
  async until(what: string, isSo: (events: readonly StreamEvent[]) => boolean): Promise<void> {
    await waitFor(what, async () => (isSo(this.events) ? true : undefined), {
      show: async () => JSON.stringify(this.events.slice(-20), null, 1),
    });
  }

  /** Goes away at once, in the middle of whatever comes. */
  close(): void {
    this.#request.destroy();
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.#takeBlock(block);
  }

  #takeBlock(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
    }
    const id = fields.get('id');
    if (id !== undefined) this.lastId = id;
    const data = fields.get('data');
    if (data === undefined) return;
    this.events.push({ event: fields.get('event') ?? 'message', id, data: JSON.parse(data) });
    this.arrivals.push(performance.now());
  }
}
