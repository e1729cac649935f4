import type { ChangeNeeds } from '#database/changes/read-changes.js';
import { isWithin, type Snapshot } from '#database/changes/snapshot.js';
import type { ChangeEvent } from './events.js';
import { suffices } from './filter.js';
import { isAfter, type Position } from './position.js';

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

  /** Goes on from a later moment; what happened until then was too much to be kept. */
  skipTo(end: Position): void {
    this.#end = end;
    this.#batches.length = 0;
    this.#weight = 0;
  }

  /** What comes next for a listener at a position. */
  next(position: Position, needs: ChangeNeeds): Next {
    const { until, part } = position;
    if (part === undefined && until.text === this.#end.until.text) return { is: 'current' };
    if (part === undefined && isWithin(this.#end.until, until)) return { is: 'later' };
    const found = this.#batches.find(({ batch: each }) =>
      part === undefined
        ? isWithin(each.from, until) && !isWithin(each.until, until)
        : // Of a batch of another process only the database has the rest of just that.
          each.from.text === part.from.text && each.until.text === until.text,
    );
    const batch = found?.batch;
    if (!batch || !suffices(batch.needs, needs)) return { is: 'gone' };
    if (part === undefined && until.text === batch.from.text) return { is: 'batch', batch };
    const events = batch.events.filter((event) => isAfter(position, event));
    const begin = part ?? { from: until, seconds: position.seconds };
    return { is: 'batch', batch: { ...batch, from: begin.from, seconds: begin.seconds, events } };
  }
}
