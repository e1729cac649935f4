import { changesSince, type RolledUp, readWithPending, runDeltas } from '../changes/pending.js';
import type { Pool, Tx } from '../pool.js';
import { type Conditions, conditions } from './conditions.js';
import { boundIds, whenRecorded } from './id-bounds.js';
import { hasMore, type RunFilter, runConditions, timeSpanOf, whenTallied } from './run-filter.js';
import { planCount } from './tally-spans.js';

/** What runs can be counted by, beside a label. */
export const runGroups = ['task', 'state', 'trigger', 'queue'] as const;
export type RunGroup = (typeof runGroups)[number] | { readonly label: string };

/** How many runs have one value. */
export interface RunCount {
  /** Null: those without the label. */
  readonly value: string | null;
  readonly count: number;
}

/** Values that are counted one by one. */
const maxValues = 200;

/** How many runs there are. */
export interface RunCounts {
  readonly count: number;
  /** The most frequent first, at most 200; none without a group. */
  readonly groups: RunCount[];
}

/**
 * Counts the runs that a filter finds, all and by a value, of one moment: by the tally where the filter has nothing that it does not
 * know, however many there are; else one by one. Given up after a while: SQLSTATE 57014.
 */
export async function countRuns(pool: Pool, filter: RunFilter, group?: RunGroup): Promise<RunCounts> {
  return await readWithPending(pool, async (tx, rolledUp) => {
    const counted = isTallied(filter, group) && !rolledUp.isForeign ? tallySql : rowsSql;
    const { text, values } = await counted(tx, rolledUp, filter, group);
    const { rows } = await tx.query<RunCount & { all: number }>(
      `SELECT value, count::float8 AS count, (sum(count) OVER ())::float8 AS all FROM (${text}) counted
       WHERE count > 0 ORDER BY count DESC, value LIMIT ${maxValues}`,
      values,
    );
    return {
      count: rows[0]?.all ?? 0,
      groups: group === undefined ? [] : rows.map(({ value, count }) => ({ value, count })),
    };
  });
}

/** SQL of counts by a value, and its parameters. */
interface Counted {
  readonly text: string;
  readonly values: unknown[];
}

const isTallied = (filter: RunFilter, group: RunGroup | undefined): boolean =>
  !hasMore(filter) && (group === undefined || typeof group === 'string');

async function rowsSql(tx: Tx, rolledUp: RolledUp, filter: RunFilter, group?: RunGroup): Promise<Counted> {
  const where = runConditions(filter, await boundIds(tx, rolledUp, timeSpanOf(filter)));
  const value =
    group === undefined
      ? 'NULL'
      : typeof group === 'string'
        ? `r.${group}::text`
        : `r.labels ->> ${where.param(group.label)}`;
  return {
    text: `SELECT ${value} AS value, count(*) AS count FROM ops.run r WHERE ${where.sql()} GROUP BY 1`,
    values: where.values,
  };
}

async function tallySql(tx: Tx, rolledUp: RolledUp, filter: RunFilter, group?: RunGroup): Promise<Counted> {
  const values: unknown[] = [];
  const plan = planCount(timeSpanOf(filter));
  const parts: string[] = [];
  const add = (select: string, where: Conditions): void => {
    whenTallied(where, filter);
    parts.push(`${select} WHERE ${where.sql()}`);
  };
  for (const { grain, from, before } of plan.spans) {
    const where = conditions(values);
    where.when(grain, (p) => `t.grain = ${p}`);
    whenAt(where, 't.at', from, before);
    add('SELECT t.task, t.trigger, t.queue, t.state, t.runs FROM ops.run_tally t', where);
  }
  if (plan.whole) {
    const changes = `(${changesSince('run_change', rolledUp.since, values)})`;
    const where = conditions(values);
    whenAt(where, 't.at', plan.whole.from, plan.whole.before);
    add(`SELECT t.task, t.trigger, t.queue, t.state, t.runs FROM (${runDeltas(changes, 'ops.run_deletion')}) t`, where);
  }
  for (const span of plan.rest) {
    const where = conditions(values);
    whenRecorded(where, span, await boundIds(tx, rolledUp, span));
    whenTallied(where, filter, 'r');
    parts.push(`SELECT r.task, r.trigger, r.queue, r.state, 1 FROM ops.run r WHERE ${where.sql()}`);
  }
  const value = typeof group === 'string' ? `${group}::text` : 'NULL';
  return {
    text: `SELECT ${value} AS value, sum(runs) AS count FROM (${parts.join(' UNION ALL ')}) part (task, trigger, queue, state, runs) GROUP BY 1`,
    values,
  };
}

function whenAt(where: Conditions, column: string, from: number, before: number): void {
  where.when(Number.isFinite(from) ? new Date(from) : undefined, (p) => `${column} >= ${p}::timestamptz`);
  where.when(Number.isFinite(before) ? new Date(before) : undefined, (p) => `${column} < ${p}::timestamptz`);
}
