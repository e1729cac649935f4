import { sqlState } from '../error-kinds.js';
import { type Pool, type Tx, transaction } from '../pool.js';
import { timeBuckets } from './buckets.js';
import {
  beginOf,
  changesSince,
  fileDeltas,
  fileEvents,
  fileLoads,
  preferIndexes,
  readRolledUp,
  runDeltas,
  runEvents,
  runTimes,
} from './pending.js';
import type { Snapshot } from './snapshot.js';

/** SQLSTATE: another transaction has changed what this one wanted to. */
const serializationFailure = '40001';

/** Changes that are worth a roll-up at once. */
const manyChanges = 500;
/** After how many seconds a few changes are added, too. */
const maxAgeSeconds = 60;

/**
 * Does a roll-up if much has changed, or something a while ago: readers add a few changes themselves, and a platform that has
 * nothing to do is to cost next to nothing.
 */
export async function rollUpWhenDue(pool: Pool): Promise<void> {
  const isDue = await transaction(pool, async (tx) => {
    await preferIndexes(tx);
    const { since, isForeign } = await readRolledUp(tx);
    const values: unknown[] = [];
    const some = (table: 'run_change' | 'file_change'): string =>
      `(SELECT count(*) FROM (${changesSince(table, since, values)} LIMIT ${manyChanges}) AS counted)`;
    const { rows } = await tx.query<{ changes: number; age: number }>(
      `SELECT (${some('run_change')} + ${some('file_change')})::int AS changes, extract(epoch FROM now() - at)::float8 AS age
       FROM ops.roll_up`,
      values,
    );
    const { changes = 0, age = 0 } = rows[0] ?? {};
    // A clock that was set back is not to stop it for long.
    return isForeign || changes >= manyChanges || (changes > 0 && (age > maxAgeSeconds || age < 0));
  });
  if (isDue) await rollUp(pool);
}

/**
 * Adds what has changed to the tallies and totals, so that readers have little to add themselves. Whether and when it is done
 * changes no count that anybody reads. Safe to be killed in, and to be done by several processes at a time: one of them wins.
 * @returns the number of changes that it added; undefined when another process was about it
 */
export async function rollUp(pool: Pool): Promise<number | undefined> {
  try {
    return await transaction(pool, async (tx) => {
      // All statements see one moment, the one that is written down with what they add.
      await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      await preferIndexes(tx);
      const { since, isForeign } = await readRolledUp(tx);
      if (isForeign) {
        await tx.query('SELECT ops.count_anew()');
        return 0;
      }
      await tx.query('UPDATE ops.roll_up SET snapshot = pg_current_snapshot()::text, at = now()');
      const added = (await addRuns(tx, since)) + (await addFiles(tx, since));
      await tx.query('DELETE FROM ops.run_tally WHERE runs = 0');
      await tx.query('DELETE FROM ops.file_tally WHERE files = 0');
      await tx.query(`DELETE FROM ops.load_tally WHERE grain = 'minute' AND at < now() - interval '1 day'`);
      return added;
    });
  } catch (error) {
    if (sqlState(error) === serializationFailure) return undefined;
    throw error;
  }
}

async function addRuns(tx: Tx, since: Snapshot): Promise<number> {
  const values: unknown[] = [timeBuckets];
  const { rows } = await tx.query<{ added: number }>(
    `WITH change AS MATERIALIZED (${changesSince('run_change', since, values)}),
     gone AS (DELETE FROM ops.run_deletion RETURNING *),
     hourly AS MATERIALIZED (
       SELECT at AS hour, task, trigger, queue, state, sum(runs) AS runs
       FROM (${runDeltas('change', 'gone')}) delta GROUP BY 1, 2, 3, 4, 5 HAVING sum(runs) <> 0
     ), tallied AS (
       INSERT INTO ops.run_tally AS t (grain, at, task, trigger, queue, state, runs)
       SELECT g.grain, g.at, task, trigger, queue, state, sum(runs) FROM hourly
       CROSS JOIN LATERAL (VALUES ('hour', hour), ('day', date_trunc('day', hour, 'UTC')), ('ever', '-infinity')) AS g (grain, at)
       GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(runs) <> 0
       ON CONFLICT (grain, at, task, trigger, queue, state) DO UPDATE SET runs = t.runs + EXCLUDED.runs
     ), skewed AS (
       INSERT INTO ops.run_skew AS s (grain, at, min_skew_ms, max_skew_ms)
       SELECT g.grain, date_trunc(g.grain, hour, 'UTC'), min(least), max(most) FROM (
         SELECT ${beginOf('hour', 'recorded_at')} AS hour, min(skew) AS least, max(skew) AS most FROM (
           SELECT recorded_at, date_part('epoch', recorded_at) * 1000 - ops.id_ms(run_id) AS skew FROM change WHERE was IS NULL
         ) recorded GROUP BY 1
       ) hourly CROSS JOIN (VALUES ('hour'), ('day')) AS g (grain) GROUP BY 1, 2
       ON CONFLICT (grain, at) DO UPDATE SET min_skew_ms = least(s.min_skew_ms, EXCLUDED.min_skew_ms),
         max_skew_ms = greatest(s.max_skew_ms, EXCLUDED.max_skew_ms)
       WHERE EXCLUDED.min_skew_ms < s.min_skew_ms OR EXCLUDED.max_skew_ms > s.max_skew_ms
     ), counted AS (
       INSERT INTO ops.run_total AS t (task, state, runs) SELECT task, state, sum(runs) FROM (${runEvents('change')}) event GROUP BY 1, 2
       ON CONFLICT (task, state) DO UPDATE SET runs = t.runs + EXCLUDED.runs
     ), timed AS (
       INSERT INTO ops.time_total AS t (task, measure, bucket, times, sum_ms)
       SELECT task, measure, bucket, count(*), sum(ms) FROM (${runTimes('change', '$1::float8[]')}) timed GROUP BY 1, 2, 3
       ON CONFLICT (task, measure, bucket) DO UPDATE SET times = t.times + EXCLUDED.times, sum_ms = t.sum_ms + EXCLUDED.sum_ms
     )
     SELECT (SELECT count(*) FROM change)::float8 + (SELECT count(*) FROM gone) AS added`,
    values,
  );
  return rows[0]?.added ?? 0;
}

async function addFiles(tx: Tx, since: Snapshot): Promise<number> {
  const values: unknown[] = [];
  const { rows } = await tx.query<{ added: number }>(
    `WITH change AS MATERIALIZED (${changesSince('file_change', since, values)}),
     gone AS (DELETE FROM ops.file_deletion RETURNING *),
     tallied AS (
       INSERT INTO ops.file_tally AS t (source, state, files, bytes, rows)
       SELECT source, state, sum(files), sum(bytes), sum(rows) FROM (${fileDeltas('change', 'gone')}) delta GROUP BY 1, 2
       ON CONFLICT (source, state) DO UPDATE
       SET files = t.files + EXCLUDED.files, bytes = t.bytes + EXCLUDED.bytes, rows = t.rows + EXCLUDED.rows
     ), counted AS (
       INSERT INTO ops.file_total AS t (source, state, files, bytes, rows)
       SELECT source, state, sum(files), sum(bytes), sum(rows) FROM (${fileEvents('change')}) event GROUP BY 1, 2
       ON CONFLICT (source, state) DO UPDATE
       SET files = t.files + EXCLUDED.files, bytes = t.bytes + EXCLUDED.bytes, rows = t.rows + EXCLUDED.rows
     ), loaded AS (
       INSERT INTO ops.load_tally AS t (grain, at, source, files, bytes, rows)
       SELECT g.grain, date_trunc(g.grain, at, 'UTC'), source, sum(files), sum(bytes), sum(rows) FROM (${fileLoads('change')}) load
       CROSS JOIN (VALUES ('minute'), ('hour'), ('day')) AS g (grain) GROUP BY 1, 2, 3
       ON CONFLICT (grain, at, source) DO UPDATE
       SET files = t.files + EXCLUDED.files, bytes = t.bytes + EXCLUDED.bytes, rows = t.rows + EXCLUDED.rows
     )
     SELECT (SELECT count(*) FROM change)::float8 + (SELECT count(*) FROM gone) AS added`,
    values,
  );
  return rows[0]?.added ?? 0;
}
