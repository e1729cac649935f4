import type { ChangeNeeds } from '#database/changes/read-changes.js';
import { isWithin, type Snapshot } from '#database/changes/snapshot.js';
import type { ChangeEvent } from './events.js';
import { suffices } from './filter.js';
import { isAfter, type Position } from './position.js';

/** What was committed between two moments, in its order: all of it, or a part. */
export interface Batch {
  readonly from: Snapshot;
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

/** Events that are kept. */
const maxEvents = 20_000;

/** The latest whole batches, each of which begins where the one before it ended. */
export class Ring {
  readonly #batches: Batch[] = [];
  #count = 0;
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
    this.#batches.push(batch);
    this.#count += batch.events.length;
    while (this.#count > maxEvents) this.#count -= this.#batches.shift()?.events.length ?? this.#count;
    // Moments in which nothing happened are worth nothing, but for where they end.
    const [last, before] = [this.#batches.at(-1), this.#batches.at(-2)];
    if (last && before && last.events.length === 0 && before.events.length === 0) {
      if (suffices(before.needs, last.needs) && suffices(last.needs, before.needs)) {
        this.#batches.splice(-2, 2, { ...last, from: before.from });
      }
    }
  }

  /** Goes on from a later moment; what happened until then was too much to be kept. */
  skipTo(end: Position): void {
    this.#end = end;
    this.#batches.length = 0;
    this.#count = 0;
  }

  /** What comes next for a listener at a position. */
  next(position: Position, needs: ChangeNeeds): Next {
    const { until, part } = position;
    if (part === undefined && until.text === this.#end.until.text) return { is: 'current' };
    if (part === undefined && isWithin(this.#end.until, until)) return { is: 'later' };
    const batch = this.#batches.find((each) =>
      part === undefined
        ? isWithin(each.from, until) && !isWithin(each.until, until)
        : // Of a batch of another process only the database has the rest of just that.
          each.from.text === part.from.text && each.until.text === until.text,
    );
    if (!batch || !suffices(batch.needs, needs)) return { is: 'gone' };
    if (part === undefined && until.text === batch.from.text) return { is: 'batch', batch };
    const events = batch.events.filter((event) => isAfter(position, event));
    return { is: 'batch', batch: { ...batch, from: part?.from ?? until, events } };
  }
}
