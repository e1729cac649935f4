import { type ChangeEvent, eventText } from './events.js';
import type { Listener } from './listener.js';

/** Milliseconds from one pulse to the next, at least. */
const everyMs = 1_000;
/** Names of a pulse; the first of them by the alphabet where there are more. */
const maxNames = 50;

/** What changed of runs, or of files. */
class Tally {
  #changes = 0;
  readonly #states = new Map<string, number>();
  readonly #names = new Set<string>();

  add(state: string, name: string | null): void {
    this.#changes += 1;
    this.#states.set(state, (this.#states.get(state) ?? 0) + 1);
    if (name !== null) this.#names.add(name);
  }

  get changes(): number {
    return this.#changes;
  }

  get states(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#states);
  }

  get names(): string[] {
    return [...this.#names].sort().slice(0, maxNames);
  }

  get isMore(): boolean {
    return this.#names.size > maxNames;
  }
}

/**
 * Summaries of what changed, the same for all who listen to them: one is made for all, so that a listener costs one write a
 * second, however much happens.
 *
 * A listener may join at any time, also between the parts of a batch: what is committed later is read later, and so is in a
 * pulse that it gets. The first one may also have what was committed just before.
 */
export class Pulses {
  readonly #listeners = new Set<Listener>();
  #runs = new Tally();
  #files = new Tally();
  /** By `performance.now()`. */
  #sentAt = Number.NEGATIVE_INFINITY;

  join(listener: Listener): void {
    this.#listeners.add(listener);
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#forget();
  }

  /** Ends all streams; the database has another history now. */
  end(): void {
    for (const listener of this.#listeners) listener.end();
  }

  /**
   * Takes what was read, and sends what has come together: at once after a quiet time, else when a second has passed. Called
   * after every read, so that what waits is sent also when nothing follows it.
   * @param seconds of the moment that was read, since 1970 by the database's clock
   */
  take(events: readonly ChangeEvent[], seconds: number): void {
    if (this.#listeners.size === 0) return;
    for (const { kind, state, task, source } of events) {
      if (kind === 'run') this.#runs.add(state, task);
      else if (kind === 'file') this.#files.add(state, source);
    }
    const now = performance.now();
    if (this.#runs.changes + this.#files.changes === 0 || now - this.#sentAt < everyMs) return;
    const block = Buffer.from(eventText('pulse', this.#summary(seconds)));
    for (const listener of this.#listeners) listener.write(block);
    this.#sentAt = now;
    this.#forget();
  }

  #summary(seconds: number): unknown {
    const [runs, files] = [this.#runs, this.#files];
    return {
      at: new Date(seconds * 1000).toISOString(),
      ...{ runs: runs.changes, files: files.changes, tasks: runs.names, sources: files.names },
      isMore: runs.isMore || files.isMore,
      states: { runs: runs.states, files: files.states },
    };
  }

  #forget(): void {
    this.#runs = new Tally();
    this.#files = new Tally();
  }
}
