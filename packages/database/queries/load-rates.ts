import { changesSince, fileLoads, readWithPending } from '../changes/pending.js';
import type { Pool } from '../pool.js';
import { conditions } from './conditions.js';

/** What was loaded in some time. */
export interface Loads {
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
}

/** What was loaded lately. */
export interface LoadRate extends Loads {
  /** How long ago that time began. */
  readonly seconds: number;
  readonly filesPerSecond: number;
  readonly rowsPerSecond: number;
  /** The same of each source that loaded something, by name. */
  readonly sources: (Loads & { readonly source: string })[];
}

/** What was loaded since the minute before this one began, and since sixty minutes before this one began. */
export interface LoadRates {
  readonly minute: LoadRate;
  readonly hour: LoadRate;
}

interface LoadRow extends Loads {
  readonly source: string;
  readonly isLatest: boolean;
}

/** Reads them from the tally's minutes and what is to be added to it, by the database's clock. */
export async function readLoadRates(pool: Pool): Promise<LoadRates> {
  const { now, rows } = await readWithPending(pool, async (tx, { since, isForeign }) => {
    const clock = await tx.query<{ now: number }>('SELECT extract(epoch FROM now())::float8 AS now');
    const time = clock.rows[0]?.now ?? 0;
    const values: unknown[] = [];
    const where = conditions(values);
    where.and(`at >= to_timestamp(${where.param(minuteOf(time) - 60 * 60)}::float8)`);
    const parts = [
      `SELECT at, source, files, bytes, rows FROM ops.load_tally WHERE grain = 'minute' AND ${where.sql()}`,
    ];
    // What another server's changes are is not known before they are counted anew.
    if (!isForeign) {
      const loads = fileLoads(`(${changesSince('file_change', since, values)}) change`);
      parts.push(`SELECT * FROM (${loads}) load WHERE ${where.sql()}`);
    }
    const latest = `at >= to_timestamp(${where.param(minuteOf(time) - 60)}::float8)`;
    const found = await tx.query<LoadRow>(
      `SELECT source, ${latest} AS "isLatest", sum(files)::float8 AS files, sum(rows)::float8 AS rows, sum(bytes)::float8 AS bytes
       FROM (${parts.join(' UNION ALL ')}) part GROUP BY 1, 2 ORDER BY 1`,
      values,
    );
    return { now: time, rows: found.rows };
  });
  return {
    minute: toRate(
      now - minuteOf(now) + 60,
      rows.filter(({ isLatest }) => isLatest),
    ),
    hour: toRate(now - minuteOf(now) + 60 * 60, rows),
  };
}

/** When the minute of a time begins: seconds since 1970. */
const minuteOf = (seconds: number): number => Math.floor(seconds / 60) * 60;

function toRate(seconds: number, rows: readonly LoadRow[]): LoadRate {
  const sources = [...new Set(rows.map(({ source }) => source))].map((source) => ({
    source,
    ...sumOf(rows.filter((row) => row.source === source)),
  }));
  const all = sumOf(rows);
  return { seconds, ...all, filesPerSecond: all.files / seconds, rowsPerSecond: all.rows / seconds, sources };
}

function sumOf(loads: readonly Loads[]): Loads {
  const sum = (key: keyof Loads): number => loads.reduce((total, each) => total + each[key], 0);
  return { files: sum('files'), rows: sum('rows'), bytes: sum('bytes') };
}
