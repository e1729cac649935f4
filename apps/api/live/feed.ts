import type { ChangeNeeds } from '#database/changes/read-changes.js';
import type { ChangeEvent, PassingEvent } from './events.js';
import { allNeeds } from './filter.js';
import type { Listener } from './listener.js';
import { Ids, type Position } from './position.js';
import { Progress } from './progress.js';
import { Pulses } from './pulses.js';
import type { Chunk } from './reader.js';
import { maxWeight, Ring, weightOf } from './ring.js';

/** What is known while somebody listens. */
export class Feed {
  readonly origin: string;
  readonly ids: Ids;
  readonly ring: Ring;
  readonly progress = new Progress();
  /** Listeners who have got all up to `position`, and nothing beyond. */
  readonly inStep = new Set<Listener>();
  /** Listeners to summaries. */
  readonly pulses = new Pulses();
  #position: Position;
  #needs: ChangeNeeds = allNeeds([]);
  /** Of a batch that comes in parts: those that are here, and what they weigh. */
  #gathered: ChangeEvent[] = [];
  #weight = 0;
  /** Batches that were begun to be read. */
  #begun = 0;
  #waiting: { readonly batch: number; readonly resolve: () => void }[] = [];
  #isEnded = false;

  constructor(origin: string, now: Position) {
    this.origin = origin;
    this.ids = new Ids(origin);
    this.ring = new Ring(now);
    this.#position = now;
  }

  /** Up to where has been read. */
  get position(): Position {
    return this.#position;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** What is to be read next. Within a batch it stays the same but for progress. */
  needsFor(listeners: Iterable<Listener>): ChangeNeeds {
    const needs = allNeeds([...listeners].map((listener) => listener.needs));
    if (this.#position.part === undefined) {
      this.#begun += 1;
      this.#needs = needs;
    }
    return { ...this.#needs, progress: needs.progress };
  }

  /** Takes what was read. @returns the progress that is new */
  take(chunk: Chunk): PassingEvent[] {
    const { progress, ...batch } = chunk;
    this.#position = batch.end;
    // Of a batch that is larger than the ring nothing is kept.
    this.#weight += weightOf(batch.events);
    if (this.#weight <= maxWeight) this.#gathered.push(...batch.events);
    else this.#gathered = [];
    if (batch.end.part === undefined) {
      if (this.#weight <= maxWeight) this.ring.add({ ...batch, events: this.#gathered });
      else this.ring.skipTo(batch.end);
      this.#gathered = [];
      this.#weight = 0;
      this.#wake(this.#begun);
    }
    return this.progress.update(progress);
  }

  /** Waits for the end of the batch that is being read; with `fresh` for one that begins later. */
  async nextBatch(fresh: boolean): Promise<void> {
    if (this.#isEnded) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push({ batch: this.#begun + (fresh ? 1 : 0), resolve });
    });
  }

  /** Sends a listener nothing more. */
  leave(listener: Listener): void {
    this.inStep.delete(listener);
    this.pulses.leave(listener);
  }

  /** Lets go of all who wait. */
  end(): void {
    this.#isEnded = true;
    this.#wake(Number.POSITIVE_INFINITY);
  }

  #wake(upTo: number): void {
    const ready = this.#waiting.filter(({ batch }) => batch <= upTo);
    this.#waiting = this.#waiting.filter(({ batch }) => batch > upTo);
    for (const { resolve } of ready) resolve();
  }
}
