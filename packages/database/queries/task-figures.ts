import { openRunStates, type RunState } from '#contracts/states.js';
import { changesSince, type RolledUp, readWithPending, runDeltas } from '../changes/pending.js';
import type { Pool, Tx } from '../pool.js';
import { conditions } from './conditions.js';
import { boundIds } from './id-bounds.js';
import { endedDurationSql } from './run-filter.js';
import { planCount } from './tally-spans.js';

/** Ended runs of a task that are measured, the newest. */
export const measuredRuns = 1_000;
/** Runs of a task that are looked at to find them: where more than these are open, none are measured. */
export const walkedRuns = 5_000;
/** Runs of a task that are shown, the newest. */
const shownRuns = 20;

/** Quantiles of milliseconds; null when nothing was measured. */
export interface Quantiles {
  readonly p50: number | null;
  readonly p95: number | null;
}

/** A run as a task's figures show it. */
export interface FigureRun {
  readonly id: string;
  readonly state: RunState;
  /** ISO-8601 in UTC. */
  readonly createdAt: string;
  /** From its first start to its end, or to now; null before it starts. */
  readonly durationMs: number | null;
}

/** Figures of a task's runs. */
export interface TaskFigures {
  readonly task: string;
  /** Since when runs are counted and measured: ISO-8601 in UTC, a whole hour. */
  readonly since: string;
  /** Runs recorded since then, by the state that they have now. */
  readonly runs: Readonly<Record<RunState, number>>;
  /** Of those that succeeded or failed, the share that succeeded, from 0 to 1; null when none did. */
  readonly successRate: number | null;
  /** Runs that have not ended, whenever they were recorded. */
  readonly open: number;
  /** How many runs the quantiles are of. */
  readonly measured: number;
  /** From the first start to the end. */
  readonly durationMs: Quantiles;
  /** From when the first attempt could have begun until it did; runs that were tried again later are not among them. */
  readonly waitingMs: Quantiles;
  /** The newest, newest first. */
  readonly lastRuns: FigureRun[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * Figures of tasks of one moment, in the order of their names: counts from the tally, quantiles exact from the newest runs that have ended,
 * by the index of each task's runs. Given up after a while: SQLSTATE 57014.
 * @param days counted back from now
 */
export async function readTaskFigures(pool: Pool, tasks: readonly string[], days: number): Promise<TaskFigures[]> {
  const since = new Date(Math.floor((Date.now() - days * dayMs) / hourMs) * hourMs).toISOString();
  return await readWithPending(pool, async (tx, rolledUp) => {
    const counts = await countByTask(tx, rolledUp, tasks, since);
    const measures = await measure(tx, rolledUp, tasks, since);
    const lastRuns = await readLastRuns(tx, tasks);
    return tasks.map((task) => {
      const { recent, ever } = counts(task);
      const ended = recent.succeeded + recent.failed;
      return {
        ...{ task, since, runs: recent },
        successRate: ended === 0 ? null : recent.succeeded / ended,
        open: openRunStates.reduce((sum, state) => sum + ever[state], 0),
        ...(measures.get(task) ?? noMeasure),
        lastRuns: lastRuns.get(task) ?? [],
      };
    });
  });
}

type StateCounts = Record<RunState, number>;
const noCounts = (): StateCounts => ({
  ...{ queued: 0, delayed: 0, waiting: 0, running: 0 },
  ...{ succeeded: 0, failed: 0, cancelled: 0 },
});

/** Runs of each task by state: those recorded since a time, and all. */
async function countByTask(
  tx: Tx,
  rolledUp: RolledUp,
  tasks: readonly string[],
  since: string,
): Promise<(task: string) => { readonly recent: StateCounts; readonly ever: StateCounts }> {
  const values: unknown[] = [tasks];
  const text = rolledUp.isForeign ? rowsSql(since, values) : tallySql(rolledUp, since, values);
  const { rows } = await tx.query<{ task: string; state: RunState; isRecent: boolean; runs: number }>(
    `SELECT task, state, "isRecent", sum(runs)::float8 AS runs FROM (${text}) part (task, state, runs, "isRecent")
     WHERE task = ANY ($1::text[]) GROUP BY 1, 2, 3`,
    values,
  );
  const counts = new Map(tasks.map((task) => [task, { recent: noCounts(), ever: noCounts() }]));
  for (const { task, state, isRecent, runs } of rows) {
    const of = counts.get(task);
    if (of) of[isRecent ? 'recent' : 'ever'][state] = runs;
  }
  return (task) => counts.get(task) ?? { recent: noCounts(), ever: noCounts() };
}

function rowsSql(since: string, values: unknown[]): string {
  const where = conditions(values);
  where.when(since, (p) => `created_at >= ${p}::timestamptz`);
  return `SELECT task, state, 1, false FROM ops.run UNION ALL SELECT task, state, 1, true FROM ops.run WHERE ${where.sql()}`;
}

function tallySql({ since: snapshot }: RolledUp, since: string, values: unknown[]): string {
  const spans = planCount({ from: since }).spans.map(({ grain, from, before }) => {
    const where = conditions(values);
    where.when(grain, (p) => `grain = ${p}`);
    where.when(new Date(from), (p) => `at >= ${p}::timestamptz`);
    where.when(Number.isFinite(before) ? new Date(before) : undefined, (p) => `at < ${p}::timestamptz`);
    return `SELECT task, state, runs, true FROM ops.run_tally WHERE ${where.sql()}`;
  });
  const newer = conditions(values);
  newer.when(since, (p) => `at >= ${p}::timestamptz`);
  return `WITH change AS MATERIALIZED (${changesSince('run_change', snapshot, values)}),
      delta AS MATERIALIZED (${runDeltas('change', 'ops.run_deletion')})
    SELECT task, state, runs, false FROM ops.run_tally WHERE grain = 'ever'
    UNION ALL SELECT task, state, runs, false FROM delta
    UNION ALL SELECT task, state, runs, true FROM delta WHERE ${newer.sql()}
    ${spans.map((span) => `UNION ALL ${span}`).join('\n')}`;
}

type Measure = Pick<TaskFigures, 'measured' | 'durationMs' | 'waitingMs'>;
const unknown: Quantiles = { p50: null, p95: null };
const noMeasure: Measure = { measured: 0, durationMs: unknown, waitingMs: unknown };

/** Quantiles of the newest ended runs of each task. */
async function measure(
  tx: Tx,
  rolledUp: RolledUp,
  tasks: readonly string[],
  since: string,
): Promise<ReadonlyMap<string, Measure>> {
  const { low } = await boundIds(tx, rolledUp, { from: since });
  // In the order of the index the search ends at the last run that is wanted; a bitmap has all of the days first.
  await tx.query('SET LOCAL enable_bitmapscan = off');
  const where = conditions([tasks]);
  where.and('r.task = name.task');
  where.when(low, (p) => `r.id >= ${p}::uuid`);
  where.when(since, (p) => `r.created_at >= ${p}::timestamptz`);
  const quantiles = (value: string): string =>
    `percentile_cont('{0.5,0.95}'::float8[]) WITHIN GROUP (ORDER BY ${value})`;
  const { rows } = await tx.query<{
    readonly task: string;
    readonly measured: number;
    readonly took: readonly (number | null)[] | null;
    readonly waited: readonly (number | null)[] | null;
  }>(
    `SELECT name.task, count(*)::float8 AS measured, ${quantiles('took')} AS took, ${quantiles('waited')} AS waited
     FROM unnest($1::text[]) AS name (task) CROSS JOIN LATERAL (
       SELECT ${endedDurationSql} AS took,
         CASE WHEN r.available_at <= r.started_at THEN (extract(epoch FROM r.started_at - r.available_at) * 1000)::float8 END AS waited
       FROM (SELECT r.* FROM ops.run r WHERE ${where.sql()} ORDER BY r.id DESC LIMIT ${walkedRuns}) r
       WHERE r.started_at IS NOT NULL AND r.ended_at IS NOT NULL ORDER BY r.id DESC LIMIT ${measuredRuns}
     ) each GROUP BY 1`,
    where.values,
  );
  const read = (found: readonly (number | null)[] | null): Quantiles => ({
    p50: found?.[0] ?? null,
    p95: found?.[1] ?? null,
  });
  return new Map(
    rows.map(({ task, measured, took, waited }) => [
      task,
      { measured, durationMs: read(took), waitingMs: read(waited) },
    ]),
  );
}

async function readLastRuns(tx: Tx, tasks: readonly string[]): Promise<ReadonlyMap<string, FigureRun[]>> {
  const { rows } = await tx.query<{
    readonly id: string;
    readonly task: string;
    readonly state: RunState;
    readonly createdAt: Date;
    readonly durationMs: number | null;
  }>(
    `SELECT r.id, r.task, r.state, r.created_at AS "createdAt",
       (extract(epoch FROM COALESCE(r.ended_at, clock_timestamp()) - r.started_at) * 1000)::float8 AS "durationMs"
     FROM unnest($1::text[]) AS name (task) CROSS JOIN LATERAL (
       SELECT * FROM ops.run r WHERE r.task = name.task ORDER BY r.id DESC LIMIT ${shownRuns}) r
     ORDER BY r.id DESC`,
    [tasks],
  );
  const runs = new Map<string, FigureRun[]>();
  for (const { task, createdAt, durationMs, ...run } of rows) {
    const found = runs.get(task) ?? [];
    // A clock that was set back in between makes no time negative.
    const duration = durationMs === null ? null : Math.max(0, durationMs);
    runs.set(task, [...found, { ...run, createdAt: createdAt.toISOString(), durationMs: duration }]);
  }
  return runs;
}
