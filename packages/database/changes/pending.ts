import type { Pool, Tx } from '../pool.js';
import { conditions } from '../queries/conditions.js';
import { readingLimitMs, readTogether } from '../queries/reading.js';
import { parseSnapshot, type Snapshot, whenSince } from './snapshot.js';

/** What is in the tallies and totals. */
export interface RolledUp {
  readonly since: Snapshot;
  /**
   * The database was restored into another server, whose numbers of transactions have not come that far: what has changed since
   * cannot be found, until runs and files are counted anew.
   */
  readonly isForeign: boolean;
}

/** @param tx sees one moment */
export async function readRolledUp(tx: Tx): Promise<RolledUp> {
  const { rows } = await tx.query<{ snapshot: string; next: string }>(
    'SELECT snapshot, pg_snapshot_xmax(pg_current_snapshot())::text AS next FROM ops.roll_up',
  );
  const [row] = rows;
  if (!row) throw new Error('expected one row in ops.roll_up, got none; restore it by: SELECT ops.count_anew()');
  const since = parseSnapshot(row.snapshot);
  return { since, isForeign: since.end > BigInt(row.next) };
}

/** Reads tallies and what has changed since they were written, of one moment. */
export function readWithPending<T>(pool: Pool, work: (tx: Tx, rolledUp: RolledUp) => Promise<T>): Promise<T> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    await preferIndexes(tx);
    return await work(tx, await readRolledUp(tx));
  });
}

/** What changed since a moment are the last few of many rows, whatever the statistics say of a table that grows. */
export async function preferIndexes(tx: Tx): Promise<void> {
  await tx.query('SET LOCAL enable_seqscan = off');
}

/**
 * SQL of what is to be added to `ops.run_tally` yet: (at, task, trigger, queue, state, runs), with runs of 1 for a state that a
 * run came to and -1 for the one that it left, and `at` within the hour in which the run was recorded.
 * @param changes SQL of the changes: a table, or one of a WITH
 * @param deletions likewise
 */
export const runDeltas = (changes: string, deletions: string): string => `
  SELECT c.at, c.task, c.trigger, c.queue, d.state, d.runs FROM (
    SELECT ${beginOf('hour', 'recorded_at')} AS at, task, trigger, queue, was, state, count(*) AS changes
    FROM ${changes} changed WHERE was IS DISTINCT FROM state GROUP BY 1, 2, 3, 4, 5, 6
  ) c CROSS JOIN LATERAL (VALUES (c.was, -c.changes), (c.state, c.changes)) AS d (state, runs)
  WHERE d.state IS NOT NULL
  UNION ALL SELECT hour, task, trigger, queue, state, -runs FROM ${deletions}`;

/** SQL of the beginning of the minute or hour, of UTC, in which a time is. `date_trunc` does the same, and takes ten times as long. */
export const beginOf = (grain: 'minute' | 'hour', time: string): string =>
  `date_bin('1 ${grain}', ${time}, '2000-01-01 00:00:00+00')`;

/** The same of `ops.file_tally`: (source, state, files, bytes, rows). */
export const fileDeltas = (changes: string, deletions: string): string => `
  SELECT d.* FROM ${changes} c CROSS JOIN LATERAL (VALUES
    (COALESCE(c.was_source, ''), c.was, -1, CASE WHEN c.was <> 'arriving' THEN -c.was_bytes ELSE 0 END, -COALESCE(c.was_rows, 0)),
    (COALESCE(c.source, ''), c.state, 1, CASE WHEN c.state <> 'arriving' THEN c.bytes ELSE 0 END, COALESCE(c.rows, 0))
  ) AS d (source, state, files, bytes, rows)
  WHERE d.state IS NOT NULL
  UNION ALL SELECT source, state, -files, -bytes, -rows FROM ${deletions}`;

/** SQL of the files of now by what they are counted by: (source, state, files, bytes, rows), several rows of a kind. */
export function countedFiles({ since, isForeign }: RolledUp, values: unknown[]): string {
  if (isForeign)
    return "SELECT COALESCE(source, '') AS source, state, 1 AS files, size AS bytes, COALESCE(rows, 0) AS rows FROM ops.file";
  return `SELECT source, state, files, bytes, rows FROM ops.file_tally
    UNION ALL SELECT * FROM (${fileDeltas(`(${changesSince('file_change', since, values)})`, 'ops.file_deletion')}) delta`;
}

/** SQL of what is to be added to `ops.run_total` yet: (task, state, runs). */
export const runEvents = (changes: string): string => `
  SELECT c.task, e.state, c.changes AS runs FROM (
    SELECT task, was, state, cause = 'lost' OR (was = 'running' AND state = 'queued' AND cause <> 'released') AS lost, count(*) AS changes
    FROM ${changes} changed GROUP BY 1, 2, 3, 4
  ) c CROSS JOIN LATERAL (VALUES
    (CASE WHEN c.was IS DISTINCT FROM c.state OR c.state = 'running' THEN c.state::text END), (CASE WHEN c.lost THEN 'lost' END)
  ) AS e (state)
  WHERE e.state IS NOT NULL`;

/** SQL of what is to be added to `ops.time_total` yet: (task, measure, bucket, ms). @param bounds a float8[] */
export const runTimes = (changes: string, bounds: string): string => `
  SELECT c.task, m.measure, width_bucket(m.ms, ${bounds}) AS bucket, m.ms
  FROM ${changes} c CROSS JOIN LATERAL (VALUES ('waited', c.waited_ms), ('ran', c.ran_ms)) AS m (measure, ms) WHERE m.ms IS NOT NULL`;

/** SQL of what is to be added to `ops.file_total` yet: (source, state, files, bytes, rows). A mere change of source or size is none. */
export const fileEvents = (changes: string): string => `
  SELECT COALESCE(source, '') AS source, state, 1 AS files, bytes, COALESCE(rows, 0) AS rows FROM ${changes}
  WHERE ${cameToState}`;

/** SQL of what is to be added to `ops.load_tally` yet, by minute: (at, source, files, bytes, rows). */
export const fileLoads = (changes: string): string => `
  SELECT ${beginOf('minute', 'at')} AS at, COALESCE(source, '') AS source, count(*) AS files, sum(bytes) AS bytes,
    COALESCE(sum(rows), 0) AS rows
  FROM ${changes} WHERE state = 'loaded' AND (${cameToState}) GROUP BY 1, 2`;

/** Whether a change of a file is one to its state, or loaded it once more. */
const cameToState = `was IS DISTINCT FROM state OR (state = 'loaded' AND source IS NOT DISTINCT FROM was_source)`;

/** SQL of the changes since a moment, as a table of a WITH; read once, however often it is used. */
export function changesSince(table: 'run_change' | 'file_change', since: Snapshot, values: unknown[]): string {
  const where = conditions(values);
  whenSince(where, since);
  return `SELECT * FROM ops.${table} WHERE ${where.sql()}`;
}
