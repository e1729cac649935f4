import { changesSince, fileLoads, readWithPending } from '../changes/pending.js';
import type { Pool } from '../pool.js';
import { conditions } from './conditions.js';
import type { Loads } from './load-rates.js';
import { indexOf, type Slices, whenIn } from './slices.js';

/** What was loaded of a source; each list has a number for each slice, in their order. */
export interface LoadSeriesGroup {
  readonly source: string;
  /** In all slices. */
  readonly total: Loads;
  readonly files: number[];
  readonly rows: number[];
  readonly bytes: number[];
}

interface LoadRow extends Loads {
  readonly at: number;
  readonly source: string;
}

/** What was loaded in each slice, of one moment, from the tally of loads alone: the sources that loaded something, by name. */
export async function readLoadSeries(
  pool: Pool,
  slices: Slices,
  source: string | undefined,
): Promise<LoadSeriesGroup[]> {
  const rows = await readWithPending(pool, async (tx, { since, isForeign }) => {
    const values: unknown[] = [];
    const parts = [`SELECT at, source, files, rows, bytes FROM ops.load_tally WHERE grain = '${slices.grain}'`];
    // What another server's changes are is not known before they are counted anew.
    if (!isForeign) {
      const loads = fileLoads(`(${changesSince('file_change', since, values)}) change`);
      parts.push(`SELECT date_trunc('${slices.grain}', at, 'UTC'), source, files, rows, bytes FROM (${loads}) load`);
    }
    const where = conditions(values);
    whenIn(where, slices, 't.at');
    where.when(source, (p) => `t.source = ${p}`);
    const found = await tx.query<LoadRow>(
      `SELECT (extract(epoch FROM t.at) * 1000)::float8 AS at, t.source, sum(t.files)::float8 AS files, sum(t.rows)::float8 AS rows,
         sum(t.bytes)::float8 AS bytes
       FROM (${parts.join(' UNION ALL ')}) t WHERE ${where.sql()} GROUP BY 1, 2 ORDER BY 2, 1`,
      values,
    );
    return found.rows;
  });
  const sources = [...new Set(rows.map((row) => row.source))];
  return sources.map((each) =>
    toGroup(
      each,
      rows.filter((row) => row.source === each),
      slices,
    ),
  );
}

function toGroup(source: string, rows: readonly LoadRow[], slices: Slices): LoadSeriesGroup {
  const spread = (key: keyof Loads): number[] => {
    const numbers = Array.from({ length: slices.count }, () => 0);
    for (const row of rows) numbers[indexOf(slices, row.at)] = row[key];
    return numbers;
  };
  const sum = (key: keyof Loads): number => rows.reduce((total, row) => total + row[key], 0);
  return {
    source,
    total: { files: sum('files'), rows: sum('rows'), bytes: sum('bytes') },
    ...{ files: spread('files'), rows: spread('rows'), bytes: spread('bytes') },
  };
}
