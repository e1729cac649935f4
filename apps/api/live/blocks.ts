import { wants } from './filter.js';
import type { Listener } from './listener.js';
import type { Ids } from './position.js';
import type { Batch } from './ring.js';

/** The text of batches, made once for all listeners who want the same. */
export class Blocks {
  readonly #made = new WeakMap<Batch, Map<string, Buffer | undefined>>();
  readonly #maxKept: number;

  /** @param maxKept texts that are kept of a batch for as long as that is */
  constructor(maxKept: number) {
    this.#maxKept = maxKept;
  }

  /** What a listener gets of a batch; undefined when there is nothing for it. */
  of(batch: Batch, listener: Listener, ids: Ids): Buffer | undefined {
    const made = this.#made.get(batch) ?? new Map<string, Buffer | undefined>();
    this.#made.set(batch, made);
    if (made.has(listener.key)) return made.get(listener.key);
    const block = makeBlock(batch, listener, ids);
    if (made.size < this.#maxKept) made.set(listener.key, block);
    return block;
  }
}

function makeBlock(batch: Batch, { filter }: Listener, ids: Ids): Buffer | undefined {
  const events = batch.events.filter((event) => wants(filter, event));
  if (events.length === 0) return undefined;
  const idOf = ids.within(batch);
  const last = events.at(-1);
  // Nothing that this filter wants follows in the batch, so its end is where the last one leads.
  const lines = events.map((event) => `id: ${event === last ? ids.write(batch.end) : idOf(event)}\n${event.text}`);
  return Buffer.from(lines.join(''));
}
