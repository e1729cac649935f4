import { runStates } from '#contracts/states.js';
import { changesSince, type RolledUp, readWithPending, runDeltas } from '../changes/pending.js';
import type { Pool } from '../pool.js';
import { conditions } from './conditions.js';
import { type RunFilter, whenTallied } from './run-filter.js';
import { indexOf, type Slices, whenIn } from './slices.js';

/** What the runs of a slice can be told apart by. */
export const seriesGroups = ['state', 'task'] as const;
export type SeriesGroup = (typeof seriesGroups)[number];

/** How many runs with one value were recorded in each slice. */
export interface RunSeriesGroup {
  /** Null: all tasks that have no group of their own. */
  readonly value: string | null;
  /** In all slices. */
  readonly count: number;
  /** One for each slice, in their order. */
  readonly runs: number[];
}

/** Tasks with a group of their own. */
const maxTasks = 50;

/**
 * Counts the runs that were recorded in each slice, by the state that they have now or by task, of one moment and from the tally
 * alone. By state: a group for each; by task: the most frequent first.
 */
export async function readRunSeries(
  pool: Pool,
  filter: Pick<RunFilter, 'task' | 'states' | 'triggers'>,
  slices: Slices,
  by: SeriesGroup,
): Promise<RunSeriesGroup[]> {
  const rows = await readWithPending(pool, async (tx, rolledUp) => {
    const values: unknown[] = [];
    const recorded = recordedRuns(rolledUp, slices, values);
    const where = conditions(values);
    whenTallied(where, filter);
    whenIn(where, slices, 't.at');
    const found = await tx.query<SliceRow>(
      `SELECT (extract(epoch FROM t.at) * 1000)::float8 AS at, t.${by}::text AS value, sum(t.runs)::float8 AS runs
       FROM (${recorded}) t WHERE ${where.sql()} GROUP BY 1, 2 HAVING sum(t.runs) > 0`,
      values,
    );
    return found.rows;
  });
  const groups = groupRows(rows, slices);
  if (by === 'task') return joinRest([...groups.values()].sort(byCount));
  const empty = zeros(slices);
  return (filter.states ?? runStates).map((value) => groups.get(value) ?? { value, count: 0, runs: empty });
}

interface SliceRow {
  readonly at: number;
  readonly value: string;
  readonly runs: number;
}

/** SQL of the runs by when the slice of their recording begins: (at, task, trigger, queue, state, runs). */
function recordedRuns({ since, isForeign }: RolledUp, { grain }: Slices, values: unknown[]): string {
  const sliceOf = (time: string): string => `date_trunc('${grain}', ${time}, 'UTC')`;
  if (isForeign) return `SELECT ${sliceOf('created_at')} AS at, task, trigger, queue, state, 1 AS runs FROM ops.run`;
  const changes = `(${changesSince('run_change', since, values)})`;
  return `SELECT at, task, trigger, queue, state, runs FROM ops.run_tally WHERE grain = '${grain}'
    UNION ALL SELECT ${sliceOf('at')}, task, trigger, queue, state, runs FROM (${runDeltas(changes, 'ops.run_deletion')}) delta`;
}

const zeros = ({ count }: Slices): number[] => Array.from({ length: count }, () => 0);

interface Group extends RunSeriesGroup {
  readonly value: string;
}

function groupRows(rows: readonly SliceRow[], slices: Slices): Map<string, Group> {
  const runsOf = new Map<string, number[]>();
  for (const { at, value, runs } of rows) {
    const counts = runsOf.get(value) ?? zeros(slices);
    counts[indexOf(slices, at)] = runs;
    runsOf.set(value, counts);
  }
  return new Map([...runsOf].map(([value, runs]) => [value, { value, count: sum(runs), runs }]));
}

const byCount = (a: Group, b: Group): number => b.count - a.count || (a.value < b.value ? -1 : 1);

/** @param groups the most frequent first */
function joinRest(groups: readonly Group[]): RunSeriesGroup[] {
  const rest = groups.slice(maxTasks);
  const [first] = rest;
  if (first === undefined) return [...groups];
  const runs = first.runs.map((_, index) => sum(rest.map((group) => group.runs[index] ?? 0)));
  return [...groups.slice(0, maxTasks), { value: null, count: sum(runs), runs }];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
