import {
  attachPartition,
  coverSpans,
  createPartitionTable,
  hullOf,
  type Interval,
  lockPartitions,
  summarizePartitions,
  TimePartitions,
  type TimeSpan,
} from '#database/datasets/partitions.js';
import { type Pool, type Tx, transaction } from '#database/pool.js';
import { quoteTable } from '#database/quote.js';

/** A table that rows are copied into. */
export interface TargetTable {
  /** As `quoteTable` takes it. */
  readonly name: string;
  /** Made by this transaction and seen by nobody yet: its rows may be frozen, and need no WAL under wal_level=minimal. */
  readonly fresh: boolean;
}

/** The tables that the rows of one transaction go into. */
export interface TargetTables {
  /**
   * The table for rows of these times, made when it is not there. Not while a COPY is under way on the transaction.
   * @param owner a file that is loaded behind a savepoint of its own: a table made for it takes no other file's rows
   */
  tableFor(spans: readonly TimeSpan[], owner?: bigint): Promise<TargetTable>;
  /** Whether a table takes rows of these times as it is; it has then been noted that they go there. */
  takes(table: TargetTable, spans: readonly TimeSpan[]): boolean;
  /** Forgets the table of a file whose savepoint was rolled back. */
  forget(owner: bigint): void;
  /** Makes the fresh tables part of the dataset; the last thing before the commit, for others wait for it. */
  join(): Promise<void>;
  /** Brings indexes up to date that a commit leaves behind; only speed is at stake. */
  afterCommit(): Promise<void>;
}

/** One table takes all rows. */
export function oneTable(name: string): TargetTables {
  const table: TargetTable = { name, fresh: false };
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    tableFor: () => Promise.resolve(table),
    takes: () => true,
    forget() {},
    join: nothing,
    afterCommit: nothing,
  };
}

export interface PartitionTablesOptions {
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
  readonly table: TargetTable;
  readonly gap: number;
  readonly owner: bigint | undefined;
  span: TimeSpan;
}

/**
 * Rows of a table that is partitioned by time. A large load whose times lie between the partitions that are there gets a
 * table of its own, which becomes a partition for just the time that it spans: it is written without WAL where the
 * server allows that, its rows need no second visit, and no other load waits for it. Everything else goes through the
 * partitioned table, whose missing days are made before.
 */
export class PartitionTables implements TargetTables {
  readonly #options: PartitionTablesOptions;
  readonly #before: TimePartitions;
  readonly #root: TargetTable;
  readonly #fresh: Fresh[] = [];
  /** As they are since this transaction last had some made. */
  #now: TimePartitions;
  /** Of the rows that go through the partitioned table. */
  readonly #through: TimeSpan[] = [];
  #made = 0;

  private constructor(options: PartitionTablesOptions, before: TimePartitions) {
    this.#options = options;
    this.#before = before;
    this.#now = before;
    this.#root = { name: options.table, fresh: false };
  }

  static async open(options: PartitionTablesOptions): Promise<PartitionTables> {
    return new PartitionTables(options, await TimePartitions.read(options.tx, options.table));
  }

  async tableFor(spans: readonly TimeSpan[], owner?: bigint): Promise<TargetTable> {
    const { tx, pool, table, every, name } = this.#options;
    const hull = hullOf(spans);
    const gap = this.#gapFor(hull);
    if (hull && gap !== undefined) {
      const known = owner === undefined ? this.#fresh.find((f) => f.gap === gap && f.owner === undefined) : undefined;
      if (known) {
        known.span = joined(known.span, hull);
        return known.table;
      }
      this.#made += 1;
      const made = { name: `${table}_${name}_${this.#made}`, fresh: true };
      await createPartitionTable(tx, table, made.name);
      this.#fresh.push({ table: made, gap, owner, span: hull });
      return made;
    }
    if (!this.#isCovered(spans)) {
      await transaction(pool, (own) => coverSpans(own, table, spans, every));
      this.#now = await TimePartitions.read(pool, table);
      this.#through.push(...spans);
    }
    return this.#root;
  }

  takes(table: TargetTable, spans: readonly TimeSpan[]): boolean {
    const hull = hullOf(spans);
    const gap = this.#gapFor(hull);
    if (!hull || gap === undefined) return !table.fresh && this.#isCovered(spans);
    const fresh = this.#fresh.find((f) => f.table === table);
    if (!fresh || fresh.owner !== undefined || fresh.gap !== gap) return false;
    fresh.span = joined(fresh.span, hull);
    return true;
  }

  forget(owner: bigint): void {
    const at = this.#fresh.findIndex((f) => f.owner === owner);
    if (at >= 0) this.#fresh.splice(at, 1);
  }

  async join(): Promise<void> {
    const { tx, table, every } = this.#options;
    if (this.#fresh.length === 0) return;
    await lockPartitions(tx, table);
    for (const { table: fresh, span } of this.#fresh) {
      if (await attachPartition(tx, table, fresh.name, span)) continue;
      // Another load has made a partition within this span meanwhile; rare, as batches are stretches of time.
      await coverSpans(tx, table, [span], every);
      await tx.query(`INSERT INTO ${quoteTable(table)} SELECT * FROM ${quoteTable(fresh.name)}`);
      await tx.query(`DROP TABLE ${quoteTable(fresh.name)}`);
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

const joined = (a: TimeSpan, b: TimeSpan): TimeSpan => ({
  from: a.from < b.from ? a.from : b.from,
  to: a.to > b.to ? a.to : b.to,
});
