import { changesSince, type RolledUp, runDeltas } from '../changes/pending.js';
import type { Tx } from '../pool.js';
import { conditions } from './conditions.js';
import { type IdBounds, idAt } from './id-bounds.js';
import { type RunFilter, timeSpanOf, whenTallied } from './run-filter.js';

/** What is wanted of the runs that a filter finds. */
export interface Stretch {
  /** The id that the page before ended with. */
  readonly after: string | undefined;
  /** Runs that are wanted at least, if there are so many. */
  readonly runs: number;
  readonly descending: boolean;
}

/** An hour or a day with runs that fit: between which milliseconds their ids begin. */
interface Slice {
  readonly at: Date;
  readonly low: number;
  readonly high: number;
  readonly runs: number;
  /** Whether all of it belongs to the time that is asked for. */
  readonly isWhole: boolean;
}

/**
 * Where runs of a task, a state and a trigger are, by the tally: so few of them among so many others are found without reading
 * the others, and without an index for each combination, which every run would have to be written into.
 * @returns stretches of ids that do not overlap, in the order asked for, and that hold the first `runs` that fit; none when no run fits
 */
export async function findRanges(tx: Tx, rolledUp: RolledUp, filter: RunFilter, stretch: Stretch): Promise<IdBounds[]> {
  const days = chooseSlices(await readSlices(tx, rolledUp, filter, 'day', undefined), stretch);
  if (days.length === 0) return [];
  const within = days.map(({ at }) => at);
  const hours = chooseSlices(await readSlices(tx, rolledUp, filter, 'hour', within), stretch);
  return join(hours, stretch.descending);
}

/** @param days only hours of these */
async function readSlices(
  tx: Tx,
  { since }: RolledUp,
  filter: RunFilter,
  grain: 'day' | 'hour',
  days: readonly Date[] | undefined,
): Promise<Slice[]> {
  const { from = '-infinity', before = 'infinity' } = timeSpanOf(filter);
  const values: unknown[] = [from, before];
  const where = conditions(values);
  where.when(grain, (p) => `t.grain = ${p}`);
  where.and(`t.at > $1::timestamptz - interval '1 ${grain}' AND t.at < $2::timestamptz`);
  whenTallied(where, filter);
  const newer = conditions(values);
  newer.and(`t.at >= $1::timestamptz - interval '1 ${grain}' AND t.at < $2::timestamptz`);
  whenTallied(newer, filter);
  const list = days && where.param(days);
  const table =
    list === undefined
      ? 'ops.run_tally t'
      : `unnest(${list}::timestamptz[]) AS d (day)
         JOIN ops.run_tally t ON t.grain = 'hour' AND t.at >= d.day AND t.at < d.day + interval '1 day'`;
  const inDays = (at: string): string =>
    list === undefined ? 'true' : `date_trunc('day', ${at}, 'UTC') = ANY (${list}::timestamptz[])`;
  newer.and(inDays('t.at'));
  const ms = (time: string): string => `extract(epoch FROM ${time})::float8 * 1000`;
  const { rows } = await tx.query<Slice>(
    `WITH change AS MATERIALIZED (${changesSince('run_change', since, values)}),
     fitting AS (
       SELECT at, sum(runs) AS runs FROM (
         SELECT t.at, t.runs FROM ${table} WHERE ${where.sql()}
         UNION ALL SELECT date_trunc('${grain}', t.at, 'UTC'), t.runs FROM (${runDeltas('change', 'ops.run_deletion')}) t WHERE ${newer.sql()}
       ) part GROUP BY 1 HAVING sum(runs) > 0
     ), reach AS (
       SELECT date_trunc('${grain}', at, 'UTC') AS at, min(low) AS low, max(high) AS high FROM (
         SELECT at, ${ms('at')} - max_skew_ms AS low, ${ms(`(at + interval '1 ${grain}')`)} - min_skew_ms AS high
         FROM ops.run_skew WHERE grain = '${grain}' AND at > $1::timestamptz - interval '1 ${grain}' AND at < $2::timestamptz
           AND ${inDays('at')}
         UNION ALL SELECT recorded_at, ops.id_ms(run_id), ops.id_ms(run_id) FROM change WHERE was IS NULL
       ) part GROUP BY 1
     )
     SELECT at, low - 1 AS low, high + 1 AS high, runs::float8, at >= $1::timestamptz AND at + interval '1 ${grain}' <= $2::timestamptz AS "isWhole"
     FROM fitting JOIN reach USING (at)`,
    values,
  );
  return rows;
}

/** The slices that hold the first of the runs, in their order. */
function chooseSlices(slices: readonly Slice[], { after, runs, descending }: Stretch): Slice[] {
  const sign = descending ? -1 : 1;
  /** Where a slice begins and ends in the order asked for. */
  const begin = (slice: Slice): number => (descending ? -slice.high : slice.low);
  const end = (slice: Slice): number => (descending ? -slice.low : slice.high);
  const start = after === undefined ? Number.NEGATIVE_INFINITY : sign * idMs(after);
  const chosen: Slice[] = [];
  let found = 0;
  for (const slice of slices.filter((each) => end(each) >= start).sort((a, b) => begin(a) - begin(b))) {
    // What begins later than all that were chosen lies in their stretches as far as it can be among the first.
    if (found >= runs) break;
    chosen.push(slice);
    // Of one that is cut, nobody knows how many are left.
    if (slice.isWhole && begin(slice) > start) found += slice.runs;
  }
  return chosen;
}

function join(slices: readonly Slice[], descending: boolean): IdBounds[] {
  const ranges: { low: number; high: number }[] = [];
  for (const { low, high } of [...slices].sort((a, b) => a.low - b.low)) {
    const before = ranges.at(-1);
    // Two stretches that begin and end in the same millisecond would share it.
    if (before && Math.floor(low) <= Math.ceil(before.high)) before.high = Math.max(before.high, high);
    else ranges.push({ low, high });
  }
  const bounds = ranges.map(({ low, high }) => ({ low: idAt(low, 'least'), high: idAt(high, 'greatest') }));
  return descending ? bounds.reverse() : bounds;
}

/** Milliseconds since 1970 that an id begins with. */
const idMs = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
