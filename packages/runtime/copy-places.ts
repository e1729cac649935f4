import {
  attachPartition,
  coverSpans,
  createPartitionTable,
  type Interval,
  lockPartitions,
  summarizePartitions,
  TimePartitions,
  type TimeSpan,
} from '#database/datasets/partitions.js';
import { type Pool, type Tx, transaction } from '#database/pool.js';
import { quoteTable } from '#database/quote.js';

/** A table that rows are copied into. */
export interface Place {
  /** As `quoteTable` takes it. */
  readonly table: string;
  /** Made by this transaction and seen by nobody yet: its rows may be frozen, and need no WAL under wal_level=minimal. */
  readonly fresh: boolean;
}

/** Where the rows of one transaction go. */
export interface CopyPlaces {
  /**
   * The place for rows of these times, made when it is not there. Not while a COPY is under way on the transaction.
   * @param stream the place is made in a savepoint that the rows share, so nobody else's rows go there
   */
  placeOf(spans: readonly TimeSpan[], stream?: boolean): Promise<Place>;
  /** Whether a place takes rows of these times as it is; it has then been noted that they go there. */
  takes(place: Place, spans: readonly TimeSpan[]): boolean;
  /** Forgets a place that was undone with its savepoint. */
  drop(place: Place): void;
  /** Makes the fresh tables part of the dataset; the last thing before the commit, for others wait for it. */
  join(): Promise<void>;
  /** Brings indexes up to date that a commit leaves behind; only speed is at stake. */
  afterCommit(): Promise<void>;
}

/** All rows go to one table. */
export function singlePlace(table: string): CopyPlaces {
  const place: Place = { table, fresh: false };
  const nothing = (): Promise<void> => Promise.resolve();
  return { placeOf: () => Promise.resolve(place), takes: () => true, drop() {}, join: nothing, afterCommit: nothing };
}

export interface PartitionedPlacesOptions {
  readonly tx: Tx;
  readonly pool: Pool;
  readonly table: string;
  readonly every: Interval;
  /** Distinguishes the names of this transaction's tables from all others'. */
  readonly name: string;
  /** The load is large enough for partitions of its own. */
  readonly large: boolean;
}

/** Longer spans are not given a partition of their own: what comes between later would have to go there, too. */
const maxFreshMicros = 31n * 86_400_000_000n;

/** A table of this transaction that becomes a partition at its end. */
interface Fresh {
  readonly place: Place;
  readonly gap: number;
  readonly stream: boolean;
  span: TimeSpan;
}

/**
 * Rows of a table that is partitioned by time. A large load whose times lie between the partitions that are there gets a
 * table of its own, which becomes a partition for just the time that it spans: it is written without WAL where the
 * server allows that, its rows need no second visit, and no other load waits for it. Everything else goes through the
 * partitioned table, whose missing days are made before.
 */
export class PartitionedPlaces implements CopyPlaces {
  readonly #options: PartitionedPlacesOptions;
  readonly #before: TimePartitions;
  readonly #root: Place;
  readonly #fresh: Fresh[] = [];
  /** As they are since this transaction last had some made. */
  #now: TimePartitions;
  /** Of the rows that go through the partitioned table. */
  readonly #through: TimeSpan[] = [];
  #made = 0;

  private constructor(options: PartitionedPlacesOptions, before: TimePartitions) {
    this.#options = options;
    this.#before = before;
    this.#now = before;
    this.#root = { table: options.table, fresh: false };
  }

  static async open(options: PartitionedPlacesOptions): Promise<PartitionedPlaces> {
    return new PartitionedPlaces(options, await TimePartitions.read(options.tx, options.table));
  }

  async placeOf(spans: readonly TimeSpan[], stream = false): Promise<Place> {
    const { tx, pool, table, every, name } = this.#options;
    const hull = hullOf(spans);
    const gap = this.#gapFor(hull);
    if (hull && gap !== undefined) {
      const known = stream ? undefined : this.#fresh.find((f) => f.gap === gap && !f.stream);
      if (known) {
        known.span = joined(known.span, hull);
        return known.place;
      }
      this.#made += 1;
      const place = { table: `${table}_${name}_${this.#made}`, fresh: true };
      await createPartitionTable(tx, table, place.table);
      this.#fresh.push({ place, gap, stream, span: hull });
      return place;
    }
    if (!this.#isCovered(spans)) {
      await transaction(pool, (own) => coverSpans(own, table, spans, every));
      this.#now = await TimePartitions.read(pool, table);
      this.#through.push(...spans);
    }
    return this.#root;
  }

  takes(place: Place, spans: readonly TimeSpan[]): boolean {
    const hull = hullOf(spans);
    const gap = this.#gapFor(hull);
    if (!hull || gap === undefined) return !place.fresh && this.#isCovered(spans);
    const fresh = this.#fresh.find((f) => f.place === place);
    if (!fresh || fresh.stream || fresh.gap !== gap) return false;
    fresh.span = joined(fresh.span, hull);
    return true;
  }

  drop(place: Place): void {
    const at = this.#fresh.findIndex((f) => f.place === place);
    if (at >= 0) this.#fresh.splice(at, 1);
  }

  async join(): Promise<void> {
    const { tx, table, every } = this.#options;
    if (this.#fresh.length === 0) return;
    await lockPartitions(tx, table);
    for (const { place, span } of this.#fresh) {
      if (await attachPartition(tx, table, place.table, span)) continue;
      // Another load has made a partition within this span meanwhile; rare, as batches are stretches of time.
      await coverSpans(tx, table, [span], every);
      await tx.query(`INSERT INTO ${quoteTable(table)} SELECT * FROM ${quoteTable(place.table)}`);
      await tx.query(`DROP TABLE ${quoteTable(place.table)}`);
      this.#through.push(span);
    }
  }

  async afterCommit(): Promise<void> {
    const { pool, table } = this.#options;
    if (this.#through.length > 0) await summarizePartitions(pool, table, this.#through);
  }

  #gapFor(hull: TimeSpan | undefined): number | undefined {
    if (!this.#options.large || !hull || hull.to - hull.from > maxFreshMicros) return undefined;
    return this.#before.gapOf(hull);
  }

  #isCovered(spans: readonly TimeSpan[]): boolean {
    if (this.#now.missing(spans, this.#options.every).length > 0) return false;
    this.#through.push(...spans);
    return true;
  }
}

/** From the least to the greatest of ascending spans; undefined when there is none. */
function hullOf(spans: readonly TimeSpan[]): TimeSpan | undefined {
  const first = spans[0];
  const last = spans.at(-1);
  return first && last && { from: first.from, to: last.to };
}

const joined = (a: TimeSpan, b: TimeSpan): TimeSpan => ({
  from: a.from < b.from ? a.from : b.from,
  to: a.to > b.to ? a.to : b.to,
});
