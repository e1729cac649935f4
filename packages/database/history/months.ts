import { setTimeout as wait } from 'node:timers/promises';
import { escapeIdentifier } from 'pg';
import { coverSpans, freeName, momentText, TimePartitions } from '../datasets/partitions.js';
import { sqlState } from '../error-kinds.js';
import { type Pool, type Queryable, transaction } from '../pool.js';
import { quoteTable } from '../quote.js';
import { lockNotAvailable } from '../runs/locks.js';

/** The tables of the history that have a partition a month, by the time in `at`, and one for the rest. */
export const monthlyTables = ['log', 'run_change', 'file_change'] as const;
export type MonthlyTable = (typeof monthlyTables)[number];

/** Days ahead for which there are partitions, should nobody be there to make more. */
const daysAhead = 95;
const dayMicros = 86_400_000_000n;

/**
 * Milliseconds for which a change of the partitions waits for those who read or write the table. Whoever comes meanwhile waits
 * behind it, so it gives up soon and tries again.
 */
const lockMs = 250;
const lockTries = 40;

const restOf = (table: MonthlyTable) => ({ table: `ops.${table}_rest`, column: 'at' });

/** Makes the partitions of this month and of the next three. Rows that came while there was none are moved into them. */
export async function coverMonths(pool: Pool, now = Date.now()): Promise<void> {
  const from = BigInt(now) * 1000n;
  for (const table of monthlyTables) {
    await withBriefLock(pool, (tx) =>
      coverSpans(tx, `ops.${table}`, [{ from, to: from + BigInt(daysAhead) * dayMicros }], 'month', restOf(table)),
    );
  }
}

/**
 * Takes the months that lie wholly before a time out of a table: their rows are seen no more, and stand in tables of their own
 * until these are dropped. Reads and writes go on.
 * @returns how many months
 */
export async function detachMonths(pool: Pool, table: MonthlyTable, before: Date): Promise<number> {
  const end = BigInt(before.getTime()) * 1000n;
  let detached = 0;
  for (;;) {
    const name = await withBriefLock(pool, async (tx) => {
      const [first] = (await TimePartitions.read(tx, `ops.${table}`)).endingBy(end);
      if (first === undefined) return undefined;
      await tx.query(`ALTER TABLE ops.${escapeIdentifier(table)} DETACH PARTITION ${quoteTable(first)}`);
      return first;
    });
    if (name === undefined) return detached;
    detached += 1;
  }
}

/** A month that was taken out of its table. */
export interface DetachedMonth {
  /** With its schema. */
  readonly name: string;
  /** `202601` */
  readonly month: string;
}

/** What `detachMonths` has left, also in a run that died, oldest first. */
export async function listDetached(db: Queryable, table: MonthlyTable): Promise<DetachedMonth[]> {
  const { rows } = await db.query<DetachedMonth>(
    `SELECT 'ops.' || c.relname AS name, (regexp_match(c.relname, '^[a-z_]+_(\\d{6})'))[1] AS month
     FROM pg_class c
     WHERE c.relnamespace = 'ops'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
       AND c.relname ~ ('^' || $1 || '_\\d{6}(_\\d+)?$')
     ORDER BY c.relname`,
    [table],
  );
  return rows;
}

/** Drops a month that was taken out; nobody else uses it. */
export async function dropDetached(db: Queryable, { name }: DetachedMonth): Promise<void> {
  await db.query(`DROP TABLE IF EXISTS ${quoteTable(name)}`);
}

/**
 * Moves rows before a time that lie in no month into a table like those of `detachMonths`, so that the same becomes of them.
 * There are few: of clocks that were set wrong, or of times when no worker was there to make partitions.
 */
export async function detachRest(pool: Pool, table: MonthlyTable, before: Date): Promise<void> {
  const { table: rest } = restOf(table);
  const bound = `'${momentText(BigInt(before.getTime()) * 1000n)}'`;
  await transaction(pool, async (tx) => {
    const { rows } = await tx.query<{ month: string }>(
      `SELECT DISTINCT to_char(at, 'YYYYMM') AS month FROM ${rest} WHERE at < ${bound} ORDER BY 1`,
    );
    for (const { month } of rows) {
      const name = await freeName(tx, `ops.${table}_${month}`);
      await tx.query(`CREATE TABLE ${quoteTable(name)} (LIKE ${rest})`);
      await tx.query(
        `WITH moved AS (DELETE FROM ${rest} WHERE at < ${bound} AND to_char(at, 'YYYYMM') = $1 RETURNING *)
         INSERT INTO ${quoteTable(name)} SELECT * FROM moved`,
        [month],
      );
    }
  });
}

async function withBriefLock<T>(pool: Pool, work: Parameters<typeof transaction<T>>[1]): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction(pool, async (tx) => {
        await tx.query(`SET LOCAL lock_timeout = ${lockMs}`);
        return await work(tx);
      });
    } catch (error) {
      if (sqlState(error) !== lockNotAvailable || tries === lockTries) throw error;
      await wait(lockMs * Math.min(tries, 8));
    }
  }
}
