import { changesSince, type RolledUp } from '../changes/pending.js';
import type { Tx } from '../pool.js';
import type { Conditions } from './conditions.js';

/** A stretch of time; ISO-8601 or Dates. `from` belongs to it, `before` does not. */
export interface TimeSpan {
  readonly from?: string | Date | undefined;
  readonly before?: string | Date | undefined;
}

/** Between which ids runs are; both may belong to them. */
export interface IdBounds {
  readonly low?: string | undefined;
  readonly high?: string | undefined;
}

/** Those of no run. */
export const noIds: IdBounds = {
  low: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  high: '00000000-0000-0000-0000-000000000000',
};

/** The least or the greatest UUID of version 7 of a millisecond since 1970. */
export function idAt(ms: number, side: 'least' | 'greatest'): string {
  const whole = side === 'least' ? Math.floor(ms) : Math.ceil(ms);
  const hex = Math.min(2 ** 48 - 1, Math.max(0, whole))
    .toString(16)
    .padStart(12, '0');
  const rest = side === 'least' ? '0000-0000-000000000000' : 'ffff-ffff-ffffffffffff';
  return `${hex.slice(0, 8)}-${hex.slice(8)}-${rest}`;
}

/**
 * Between which ids the runs are that were recorded in a stretch of time. Ids begin with the time by the clock of the process that made
 * them, `created_at` is by the database's; how far they were apart is kept for each hour and day, so the bounds are as narrow as
 * the clocks were right, and never leave a run out.
 * @param tx sees one moment
 * @returns `noIds` when nothing was recorded then
 */
export async function boundIds(tx: Tx, { since, isForeign }: RolledUp, { from, before }: TimeSpan): Promise<IdBounds> {
  if (isForeign || (from === undefined && before === undefined)) return {};
  const values: unknown[] = [from ?? '-infinity', before ?? 'infinity'];
  const [start, end] = ['$1::timestamptz', '$2::timestamptz'];
  const ms = (time: string): string => `extract(epoch FROM ${time})::float8 * 1000`;
  const { rows } = await tx.query<{ low: number | null; high: number | null }>(
    `SELECT min(low) AS low, max(high) AS high FROM (
       SELECT min(${ms(`greatest(at, ${start})`)} - max_skew_ms) AS low,
         max(${ms(`least(at + ('1 ' || grain)::interval, ${end})`)} - min_skew_ms) AS high
       FROM ops.run_skew WHERE (grain = 'day' AND at > ${start} AND at <= ${end} - interval '1 day')
         -- What the days do not cover: the first of them, and the last.
         OR (grain = 'hour' AND at > ${start} - interval '1 hour' AND at < least(${start} + interval '1 day', ${end}))
         OR (grain = 'hour' AND at > greatest(${end} - interval '1 day', ${start}) - interval '1 hour' AND at < ${end})
       UNION ALL
       SELECT min(ops.id_ms(run_id)), max(ops.id_ms(run_id)) FROM (${changesSince('run_change', since, values)}) c
       WHERE was IS NULL AND recorded_at >= ${start} AND recorded_at < ${end}
     ) bounds`,
    values,
  );
  const { low = null, high = null } = rows[0] ?? {};
  if (low === null || high === null) return noIds;
  // A millisecond for the halves that a double rounds to the wrong side.
  return {
    low: from === undefined ? undefined : idAt(low - 1, 'least'),
    high: before === undefined ? undefined : idAt(high + 1, 'greatest'),
  };
}

/** The conditions on the run `r` of a stretch of time, and of the ids that it can have. */
export function whenRecorded(where: Conditions, { from, before }: TimeSpan, bounds: IdBounds): void {
  where.when(from, (p) => `r.created_at >= ${p}::timestamptz`);
  where.when(before, (p) => `r.created_at < ${p}::timestamptz`);
  where.when(bounds.low, (p) => `r.id >= ${p}::uuid`);
  where.when(bounds.high, (p) => `r.id <= ${p}::uuid`);
}
