import type { ChangeNeeds } from '#database/changes/read-changes.js';
import { hasEnded, isWithin, type Snapshot } from '#database/changes/snapshot.js';
import type { ChangeEvent } from './events.js';
import { suffices } from './filter.js';
import { compare, isAfter, type Position } from './position.js';

/** What was committed between two moments, in its order: all of it, or a part. */
export interface Batch {
  readonly from: Snapshot;
  /** Of `from`, since 1970 by the database's clock. */
  readonly seconds: number;
  readonly until: Snapshot;
  readonly events: readonly ChangeEvent[];
  /** Where who has heard this is. */
  readonly end: Position;
  /** For whom it was read. */
  readonly needs: ChangeNeeds;
}

/** What of the ring comes next for a position. */
export type Next =
  /** Nothing yet: the position is the ring's own end, or later. */
  | { readonly is: 'current' | 'later' }
  /** The ring does not go back so far. */
  | { readonly is: 'gone' }
  /** A batch, or its rest, which begins at `from` for this listener. */
  | { readonly is: 'batch'; readonly batch: Batch };

/** Bytes of events that are kept, roughly: 20,000 changes, or fewer where lines of logs are among them. */
export const maxWeight = 20_000_000;
/** What a batch takes even if nothing happened. */
const batchWeight = 500;

export const weightOf = (events: readonly ChangeEvent[]): number =>
  events.reduce((sum, { weight }) => sum + weight, batchWeight);

/** The latest whole batches, each of which begins where the one before it ended. */
export class Ring {
  readonly #batches: { readonly batch: Batch; readonly weight: number }[] = [];
  #weight = 0;
  #end: Position;

  constructor(end: Position) {
    this.#end = end;
  }

  /** Where the oldest batch begins. */
  get begin(): Position {
    const first = this.#batches[0]?.batch;
    return first ? { until: first.from, seconds: first.seconds } : this.#end;
  }

  /** Where the latest batch ends. */
  get end(): Position {
    return this.#end;
  }

  /** Adds the whole batch that begins at the end. */
  add(batch: Batch): void {
    this.#end = batch.end;
    const last = this.#batches.at(-1);
    // Moments in which nothing happened are worth nothing, but for where they end.
    if (
      last &&
      batch.events.length === 0 &&
      last.batch.events.length === 0 &&
      suffices(batch.needs, last.batch.needs)
    ) {
      this.#batches.splice(-1, 1, {
        batch: { ...last.batch, until: batch.until, end: batch.end },
        weight: batchWeight,
      });
      return;
    }
    const weight = weightOf(batch.events);
    this.#batches.push({ batch, weight });
    this.#weight += weight;
    while (this.#weight > maxWeight) this.#weight -= this.#batches.shift()?.weight ?? this.#weight;
  }

  /** Adds a batch before the oldest, if it ends where that begins and there is room. */
  prepend(batch: Batch): boolean {
    const weight = weightOf(batch.events);
    if (batch.until.text !== this.begin.until.text || this.#weight + weight > maxWeight) return false;
    this.#batches.unshift({ batch, weight });
    this.#weight += weight;
    return true;
  }

  /** Goes on from a later moment; what happened until then was too much to be kept. */
  skipTo(end: Position): void {
    this.#end = end;
    this.#batches.length = 0;
    this.#weight = 0;
  }

  /** What comes next for a listener at a position. */
  next(position: Position, needs: ChangeNeeds): Next {
    const { until, seconds, part } = position;
    if (part !== undefined) return this.#restOf(position, part, needs);
    if (until.text === this.#end.until.text) return { is: 'current' };
    if (isWithin(this.#end.until, until)) return { is: 'later' };
    const found = this.#batches.find(({ batch: each }) => isWithin(each.from, until) && !isWithin(each.until, until));
    if (!found || !suffices(found.batch.needs, needs)) return { is: 'gone' };
    if (until.text === found.batch.from.text) return { is: 'batch', batch: found.batch };
    const events = found.batch.events.filter((event) => isAfter(position, event));
    return { is: 'batch', batch: { ...found.batch, from: until, seconds, events } };
  }

  /** The rest of a batch, which another process may have read. */
  #restOf(position: Position, { from, seconds }: NonNullable<Position['part']>, needs: ChangeNeeds): Next {
    const { until } = position;
    const batches = this.#batches
      .map(({ batch }) => batch)
      .filter((each) => !isWithin(each.until, from) && !isWithin(until, each.from));
    const isCovered = isWithin(this.begin.until, from) && isWithin(until, this.#end.until);
    if (!isCovered || !batches.every((each) => suffices(each.needs, needs))) return { is: 'gone' };
    const events = batches
      .flatMap((each) => each.events.filter((event) => hasEnded(until, event.xid) && isAfter(position, event)))
      .sort(compare);
    const end = { until, seconds: position.seconds };
    return { is: 'batch', batch: { from, seconds, until, events, end, needs } };
  }
}
