import type { FileState, RunState } from '#contracts/states.js';
import { timeBuckets } from '../changes/buckets.js';
import {
  changesSince,
  fileDeltas,
  fileEvents,
  readWithPending,
  runDeltas,
  runEvents,
  runTimes,
} from '../changes/pending.js';
import type { Snapshot } from '../changes/snapshot.js';
import type { Pool, Tx } from '../pool.js';

/** How many runs of a task are in a state, or how many changes to it there ever were. */
export interface RunFigure<S extends string = RunState> {
  readonly task: string;
  readonly state: S;
  readonly count: number;
}

/** Files of a source in a state, or that ever came to it; null: files that no source takes. */
export interface FileFigure {
  readonly source: string | null;
  readonly state: FileState;
  readonly files: number;
  /** 0 of files that arrive, where it says how many there are now: they still grow. */
  readonly bytes: number;
  readonly rows: number;
}

/** Times of a task's runs as a histogram. */
export interface TimeFigure {
  readonly task: string;
  /** `waited`: from when an attempt could have begun until it did. `ran`: an attempt, from its begin to its end. */
  readonly measure: 'waited' | 'ran';
  /** How many times were above the bound before and not above that of `timeBuckets` at the same position; one more, at the end, above all. */
  readonly counts: readonly number[];
  readonly sumMs: number;
}

/** What the record says about all runs and files. What was ever counted never goes down, whatever is deleted. */
export interface Totals {
  readonly runsNow: readonly RunFigure[];
  /** Changes to a state, ever: a run that was retried by hand may fail twice. `lost`: attempts lost with their worker or its connection. */
  readonly runs: readonly RunFigure<RunState | 'lost'>[];
  readonly times: readonly TimeFigure[];
  readonly filesNow: readonly FileFigure[];
  /** Changes to a state, ever: a file that is loaded once more counts twice. */
  readonly files: readonly FileFigure[];
}

/** Reads all of it, of one moment; what was committed before the call is in it. A few ms, however many runs there are. */
export async function readTotals(pool: Pool): Promise<Totals> {
  return await readWithPending(pool, async (tx, { since }) => ({
    ...(await readRuns(tx, since)),
    times: await readTimes(tx, since),
    ...(await readFiles(tx, since)),
  }));
}

async function readRuns(tx: Tx, since: Snapshot): Promise<Pick<Totals, 'runs' | 'runsNow'>> {
  const values: unknown[] = [];
  const { rows } = await tx.query<RunFigure<RunState | 'lost'> & { isNow: boolean }>(
    `WITH change AS MATERIALIZED (${changesSince('run_change', since, values)})
     SELECT true AS "isNow", task, state::text AS state, sum(runs)::float8 AS count FROM (
       SELECT task, state, runs FROM ops.run_tally WHERE grain = 'ever'
       UNION ALL SELECT task, state, runs FROM (${runDeltas('change', 'ops.run_deletion')}) delta
     ) now GROUP BY 2, 3 HAVING sum(runs) > 0
     UNION ALL
     SELECT false, task, state, sum(runs)::float8 FROM (
       SELECT task, state, runs FROM ops.run_total UNION ALL SELECT task, state, runs FROM (${runEvents('change')}) event
     ) ever GROUP BY 2, 3 ORDER BY task, state`,
    values,
  );
  const figures = (isNow: boolean): RunFigure<RunState | 'lost'>[] =>
    rows.filter((row) => row.isNow === isNow).map(({ task, state, count }) => ({ task, state, count }));
  return {
    runs: figures(false),
    runsNow: figures(true).filter((figure): figure is RunFigure => figure.state !== 'lost'),
  };
}

async function readTimes(tx: Tx, since: Snapshot): Promise<TimeFigure[]> {
  const values: unknown[] = [timeBuckets];
  const { rows } = await tx.query<{
    task: string;
    measure: 'waited' | 'ran';
    buckets: number[];
    times: number[];
    sumMs: number;
  }>(
    `WITH change AS MATERIALIZED (${changesSince('run_change', since, values)})
     SELECT task, measure, array_agg(bucket) AS buckets, array_agg(times::float8) AS times, sum(sum_ms)::float8 AS "sumMs" FROM (
       SELECT task, measure, bucket, sum(times) AS times, sum(sum_ms) AS sum_ms FROM (
         SELECT * FROM ops.time_total
         UNION ALL SELECT task, measure, bucket, 1, ms FROM (${runTimes('change', '$1::float8[]')}) pending
       ) each GROUP BY 1, 2, 3
     ) figures GROUP BY 1, 2 ORDER BY 1, 2`,
    values,
  );
  return rows.map(({ task, measure, buckets, times, sumMs }) => {
    const counts = Array.from({ length: timeBuckets.length + 1 }, () => 0);
    for (const [index, bucket] of buckets.entries()) counts[bucket] = times[index] ?? 0;
    return { task, measure, counts, sumMs };
  });
}

async function readFiles(tx: Tx, since: Snapshot): Promise<Pick<Totals, 'files' | 'filesNow'>> {
  const values: unknown[] = [];
  const sums = 'sum(files)::float8 AS files, sum(bytes)::float8 AS bytes, sum(rows)::float8 AS rows';
  const { rows } = await tx.query<Omit<FileFigure, 'source'> & { source: string; isNow: boolean }>(
    `WITH change AS MATERIALIZED (${changesSince('file_change', since, values)})
     SELECT true AS "isNow", source, state, ${sums} FROM (
       SELECT * FROM ops.file_tally UNION ALL SELECT * FROM (${fileDeltas('change', 'ops.file_deletion')}) delta
     ) now GROUP BY 2, 3 HAVING sum(files) > 0
     UNION ALL
     SELECT false, source, state, ${sums} FROM (
       SELECT * FROM ops.file_total UNION ALL SELECT * FROM (${fileEvents('change')}) event
     ) ever GROUP BY 2, 3 ORDER BY source, state`,
    values,
  );
  const figures = (isNow: boolean): FileFigure[] =>
    rows
      .filter((row) => row.isNow === isNow)
      .map(({ isNow: _isNow, source, ...figure }) => ({ ...figure, source: source === '' ? null : source }));
  return { files: figures(false), filesNow: figures(true) };
}
