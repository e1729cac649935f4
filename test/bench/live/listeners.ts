/**
 * Many streams of events in a process of their own, which counts what comes. Driven by messages: `{ open: N, url }`, `{ cut: spreadMs }`,
 * `{ report: true }`; answers are `{ opened }` and `Report`.
 */
import { type ClientRequest, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** What the listeners got. */
export interface Report {
  /** Changes that some listener lacks, and that some got twice, over all of them. */
  readonly missing: number;
  readonly doubled: number;
  readonly resets: number;
  readonly connections: number;
  /** Milliseconds since 1970 at which each change came to the listeners that are timed: [change, time]. */
  readonly arrivals: readonly (readonly [number, number])[];
}

/** Listeners whose arrivals are timed. */
const timed = 20;
const pathMark = '"path":"c';
const end = '\n\n';

class BenchListener {
  readonly #seen: Uint8Array;
  readonly #arrivals: [number, number][] | undefined;
  #request: ClientRequest | undefined;
  #rest = '';
  #lastId: string | undefined;
  #stopped = false;
  doubled = 0;
  resets = 0;
  connections = 0;

  constructor(changes: number, arrivals: [number, number][] | undefined) {
    this.#seen = new Uint8Array(changes);
    this.#arrivals = arrivals;
  }

  get missing(): number {
    return this.#seen.reduce((sum, seen) => sum + (seen === 0 ? 1 : 0), 0);
  }

  /** Opens the stream, where it was; comes back when it is cut. Resolves once it has begun for the first time. */
  open(url: string): Promise<void> {
    return new Promise((resolve) => {
      let answered = false;
      const headers = this.#lastId === undefined ? {} : { 'last-event-id': this.#lastId };
      const request = get(url, { headers, agent: false }, (response) => {
        answered = true;
        this.connections += 1;
        response.setEncoding('latin1').on('data', (text: string) => {
          this.#take(text);
          if (this.#lastId !== undefined) resolve();
        });
        response.once('close', () => this.#comeBack(url));
        response.on('error', () => {});
        if (response.statusCode !== 200) request.destroy();
      });
      this.#request = request;
      request.on('error', () => {
        if (!answered) this.#comeBack(url);
      });
    });
  }

  cut(): void {
    this.#request?.destroy();
  }

  stop(): void {
    this.#stopped = true;
    this.cut();
  }

  #comeBack(url: string): void {
    this.#rest = '';
    if (this.#stopped) return;
    void pause(1_000 + Math.random() * 2_000).then(() => this.open(url));
  }

  #take(text: string): void {
    const all = this.#rest + text;
    const whole = all.lastIndexOf(end) + end.length;
    if (whole < end.length) {
      this.#rest = all;
      return;
    }
    this.#rest = all.slice(whole);
    const blocks = all.slice(0, whole);
    const now = Date.now();
    for (let at = blocks.indexOf(pathMark); at !== -1; at = blocks.indexOf(pathMark, at + 1)) {
      const change = Number.parseInt(blocks.slice(at + pathMark.length, at + pathMark.length + 8), 10);
      if (this.#seen[change] === 1) this.doubled += 1;
      this.#seen[change] = 1;
      this.#arrivals?.push([change, now]);
    }
    if (blocks.includes('event: reset')) this.resets += 1;
    const id = `\n${blocks}`.lastIndexOf('\nid: ');
    if (id !== -1) this.#lastId = blocks.slice(id + 4, blocks.indexOf('\n', id + 4));
  }
}

let listeners: BenchListener[] = [];
const arrivals: [number, number][] = [];

async function open(url: string, count: number, changes: number): Promise<void> {
  for (const listener of listeners) listener.stop();
  listeners = Array.from({ length: count }, (_, n) => new BenchListener(changes, n < timed ? arrivals : undefined));
  await Promise.all(listeners.map((listener) => listener.open(url)));
  process.send?.({ opened: count });
}

const sum = (of: (listener: BenchListener) => number): number => listeners.reduce((all, each) => all + of(each), 0);

process.on('message', (message: { url?: string; open?: number; changes?: number; cut?: number; report?: boolean }) => {
  if (message.url !== undefined) void open(message.url, message.open ?? 0, message.changes ?? 0);
  if (message.cut !== undefined) {
    const spread = message.cut;
    for (const listener of listeners) void pause(Math.random() * spread).then(() => listener.cut());
  }
  if (message.report === true) {
    const report: Report = {
      missing: sum(({ missing }) => missing),
      doubled: sum(({ doubled }) => doubled),
      resets: sum(({ resets }) => resets),
      connections: sum(({ connections }) => connections),
      arrivals,
    };
    process.send?.(report);
  }
});
process.on('disconnect', () => process.exit());
