import type { RunProgress } from '#database/changes/read-changes.js';
import { type PassingEvent, progressEvent } from './events.js';

interface Known {
  readonly done: number;
  readonly total: number | null;
  readonly event: PassingEvent;
}

/** How far the running runs are, as it was last read. */
export class Progress {
  #known: ReadonlyMap<string, Known> = new Map();

  /** Takes what was read now. @returns what is not as it was */
  update(rows: readonly RunProgress[]): PassingEvent[] {
    const before = this.#known;
    const now = new Map<string, Known>();
    const changed: PassingEvent[] = [];
    for (const row of rows) {
      const known = before.get(row.run);
      if (known && known.done === row.done && known.total === row.total && known.event.above === row.above) {
        now.set(row.run, known);
        continue;
      }
      const event = progressEvent(row);
      now.set(row.run, { done: row.done, total: row.total, event });
      if (known?.done !== row.done || known.total !== row.total) changed.push(event);
    }
    this.#known = now;
    return changed;
  }

  /** How far each run is that runs. */
  current(): PassingEvent[] {
    return [...this.#known.values()].map(({ event }) => event);
  }
}
