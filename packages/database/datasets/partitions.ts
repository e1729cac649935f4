import { escapeIdentifier } from 'pg';
import type { Queryable } from '../pool.js';
import { quoteTable } from '../quote.js';
import { summarizeBlockRanges } from './indexes.js';

/** A stretch of time with both its ends, in microseconds since 1970-01-01 00:00:00 (UTC, or wall clock). */
export interface TimeSpan {
  readonly from: bigint;
  readonly to: bigint;
}

/** From the least to the greatest of ascending spans; undefined when there is none. */
export function hullOf(spans: readonly TimeSpan[]): TimeSpan | undefined {
  const first = spans[0];
  const last = spans.at(-1);
  return first && last && { from: first.from, to: last.to };
}

/** What a partition takes, in microseconds since 1970: from `from` up to, not including, `end`. */
export interface Range {
  readonly from: bigint;
  readonly end: bigint;
}

interface Partition extends Range {
  /** As `quoteTable` takes it. */
  readonly table: string;
}

/** How wide the partitions are that small loads make. */
export type Interval = 'day' | 'month' | 'year';

/** The ends of partitions that have none. */
export const beforeAll = -(2n ** 63n);
export const afterAll = 2n ** 63n - 1n;

/** The partitions of a table that is partitioned by ranges of a time, ascending. */
export class TimePartitions {
  readonly #partitions: readonly Partition[];

  private constructor(partitions: readonly Partition[]) {
    this.#partitions = partitions;
  }

  /** Reads them as they are now; they stay so only while the caller holds {@link lockPartitions}. */
  static async read(db: Queryable, table: string): Promise<TimePartitions> {
    // Bounds name no columns, so pg_get_expr needs no table; given one it would wait for any lock on that table.
    const { rows } = await db.query<{ table: string; from: string | null; end: string | null }>(
      `SELECT n.nspname || '.' || c.relname AS table,
         (extract(epoch FROM bound.m[1]::timestamptz) * 1000000)::bigint AS from,
         (extract(epoch FROM bound.m[2]::timestamptz) * 1000000)::bigint AS end
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       CROSS JOIN LATERAL (SELECT regexp_match(pg_get_expr(c.relpartbound, 0),
         $$^FOR VALUES FROM \\((?:'([^']*)'|MINVALUE)\\) TO \\((?:'([^']*)'|MAXVALUE)\\)$$) AS m) bound
       WHERE i.inhparent = $1::regclass AND bound.m IS NOT NULL
       ORDER BY 2 NULLS FIRST`,
      [quoteTable(table)],
    );
    return new TimePartitions(
      rows.map((row) => ({
        table: row.table,
        from: row.from === null ? beforeAll : BigInt(row.from),
        end: row.end === null ? afterAll : BigInt(row.end),
      })),
    );
  }

  /** What each of them takes, ascending. */
  ranges(): readonly Range[] {
    return this.#partitions;
  }

  /** Which gap between partitions holds all of a span, counted from 0; undefined when it touches a partition. */
  gapOf({ from, to }: TimeSpan): number | undefined {
    const next = this.#partitions.findIndex((p) => p.end > from);
    if (next < 0) return this.#partitions.length;
    const following = this.#partitions[next];
    return following && following.from <= to ? undefined : next;
  }

  /** The partitions that a span touches. */
  touchedBy({ from, to }: TimeSpan): string[] {
    return this.#partitions.filter((p) => p.from <= to && p.end > from).map((p) => p.table);
  }

  /** Those that lie wholly before a moment, oldest first. */
  endingBy(moment: bigint): string[] {
    return this.#partitions.filter(({ end }) => end <= moment).map(({ table }) => table);
  }

  /**
   * The partitions that spans lack: for each moment without one its day (month, year), cut where others are. A day that
   * none of the spans touches gets none.
   */
  missing(spans: readonly TimeSpan[], every: Interval): Range[] {
    const taken: Range[] = [...this.#partitions];
    const missing: Range[] = [];
    for (const span of spans) {
      for (let moment = span.from; moment <= span.to; ) {
        const at = moment;
        const holder = taken.find((p) => p.from <= at && p.end > at);
        if (holder) {
          moment = holder.end;
          continue;
        }
        const cell = cellOf(at, every);
        const range = {
          from: taken.reduce((from, p) => (p.end <= at && p.end > from ? p.end : from), cell.from),
          end: taken.reduce((end, p) => (p.from > at && p.from < end ? p.from : end), cell.end),
        };
        taken.push(range);
        missing.push(range);
        moment = range.end;
      }
    }
    return missing;
  }
}

/** Keeps others from adding partitions until the transaction ends. Loads and queries go on. */
export async function lockPartitions(tx: Queryable, table: string): Promise<void> {
  await tx.query(`LOCK TABLE ONLY ${quoteTable(table)} IN SHARE UPDATE EXCLUSIVE MODE`);
}

/**
 * Makes the partitions that spans lack, in the transaction of `tx`: an empty one harms nobody, so small loads have them
 * made and committed on a connection of their own, where every load under way sees them.
 * @param rest the table's default partition, if it has one, and the time column: rows of a new partition's time are moved into it
 * @returns whether there were any to make
 */
export async function coverSpans(
  tx: Queryable,
  table: string,
  spans: readonly TimeSpan[],
  every: Interval,
  rest?: { readonly table: string; readonly column: string },
): Promise<boolean> {
  if ((await TimePartitions.read(tx, table)).missing(spans, every).length === 0) return false;
  await lockPartitions(tx, table);
  for (const range of (await TimePartitions.read(tx, table)).missing(spans, every)) {
    const partition = await freeName(tx, `${table}_${digitsOf(range.from, every)}`);
    await createPartitionTable(tx, table, partition);
    if (rest !== undefined) await moveRows(tx, rest, partition, range);
    await attach(tx, table, partition, range);
  }
  return true;
}

async function moveRows(
  tx: Queryable,
  { table, column }: { readonly table: string; readonly column: string },
  into: string,
  { from, end }: Range,
): Promise<void> {
  await tx.query(
    `WITH moved AS (DELETE FROM ${quoteTable(table)} WHERE ${escapeIdentifier(column)} >= ${boundOf(from)}
       AND ${escapeIdentifier(column)} < ${boundOf(end)} RETURNING *)
     INSERT INTO ${quoteTable(into)} SELECT * FROM moved`,
  );
}

/** Makes a table that can become a partition; until it is attached nobody sees its rows in the table it is made for. */
export async function createPartitionTable(tx: Queryable, table: string, partition: string): Promise<void> {
  await tx.query(
    `CREATE TABLE ${quoteTable(partition)} (LIKE ${quoteTable(table)} INCLUDING CONSTRAINTS INCLUDING DEFAULTS INCLUDING STORAGE INCLUDING COMPRESSION)`,
  );
}

/**
 * Makes a table with rows a partition for just the time that they span; its indexes are built and its column `file_id`
 * is analysed on the way. The caller holds {@link lockPartitions}.
 * @returns false, and nothing done, when a partition has come into that span
 */
export async function attachPartition(
  tx: Queryable,
  table: string,
  partition: string,
  span: TimeSpan,
): Promise<boolean> {
  if ((await TimePartitions.read(tx, table)).gapOf(span) === undefined) return false;
  // Of a partition without statistics the planner expects rows of every file, and reads all of it for any one. A small
  // sample is enough; autovacuum takes a larger one of all columns later.
  await tx.query('SET LOCAL default_statistics_target = 10');
  await tx.query(`ANALYZE ${quoteTable(partition)} (file_id)`);
  await tx.query('SET LOCAL default_statistics_target = DEFAULT');
  await attach(tx, table, partition, { from: span.from, end: span.to + 1n });
  return true;
}

/** Brings the BRIN indexes of the partitions that spans touch up to date; see `summarizeBlockRanges`. */
export async function summarizePartitions(db: Queryable, table: string, spans: readonly TimeSpan[]): Promise<void> {
  const partitions = await TimePartitions.read(db, table);
  await summarizeBlockRanges(db, [...new Set(spans.flatMap((span) => partitions.touchedBy(span)))]);
}

async function attach(tx: Queryable, table: string, partition: string, { from, end }: Range): Promise<void> {
  await tx.query(
    `ALTER TABLE ${quoteTable(table)} ATTACH PARTITION ${quoteTable(partition)}
     FOR VALUES FROM (${boundOf(from)}) TO (${boundOf(end)})`,
  );
}

/** A name for a table that no other has: the wanted one, or with a number behind it. */
export async function freeName(tx: Queryable, wanted: string): Promise<string> {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}_${n}`;
    const { rows } = await tx.query<{ taken: boolean }>('SELECT to_regclass($1) IS NOT NULL AS taken', [
      quoteTable(name),
    ]);
    if (rows[0]?.taken !== true) return name;
  }
}

/** The day (month, year) in UTC that holds a moment. */
function cellOf(moment: bigint, every: Interval): Range {
  const date = new Date(Number(floorMillis(moment)));
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (every === 'year') return { from: startOf(year, 0, 1), end: startOf(year + 1, 0, 1) };
  if (every === 'month') return { from: startOf(year, month, 1), end: startOf(year, month + 1, 1) };
  return { from: startOf(year, month, day), end: startOf(year, month, day + 1) };
}

function startOf(year: number, month: number, day: number): bigint {
  // Not Date.UTC alone: it takes the years 0 to 99 for 1900 to 1999.
  return BigInt(new Date(Date.UTC(2000, month, day)).setUTCFullYear(year, month, day)) * 1000n;
}

/** The day in UTC of microseconds since 1970, as `2023-01-01`. Years from 1 to 9999. */
export const dayOf = (micros: bigint): string => new Date(Number(floorMillis(micros))).toISOString().slice(0, 10);

const floorMillis = (micros: bigint): bigint => (micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n;

const boundOf = (micros: bigint): string => `'${momentText(micros)}'`;

/** A moment as PostgreSQL reads it. Years from 1 to 10000. */
export function momentText(micros: bigint): string {
  const millis = floorMillis(micros);
  const text = new Date(Number(millis)).toISOString().replace(/^\+0/, '').slice(0, -1);
  const rest = String(micros - millis * 1000n).padStart(3, '0');
  return `${text.replace('T', ' ')}${rest}+00`;
}

/** `20230101` for a day; a partition that begins within one has the time of day, too. */
function digitsOf(from: bigint, every: Interval): string {
  const digits = boundOf(from).replaceAll(/[^0-9]/g, '');
  if (cellOf(from, every).from !== from) return digits.slice(0, 14);
  return digits.slice(0, { day: 8, month: 6, year: 4 }[every]);
}
