import type { Labels } from '#contracts/run-terms.js';
import type { RunState } from '#contracts/states.js';
import type { RunTrigger } from '../generated/enums.js';
import { type Conditions, conditions, containsPattern, pathPattern } from './conditions.js';
import { type IdBounds, whenRecorded } from './id-bounds.js';

/** Which runs are wanted; what is left out does not matter. */
export interface RunFilter {
  readonly task?: string | undefined;
  readonly states?: readonly RunState[] | undefined;
  readonly triggers?: readonly RunTrigger[] | undefined;
  /** Runs that have all of these. */
  readonly labels?: Labels | undefined;
  /** All runs of a flow, by its first one. */
  readonly rootId?: string | undefined;
  readonly parentId?: string | undefined;
  readonly retryOf?: string | undefined;
  /** Runs of this schedule, by its name. */
  readonly schedule?: string | undefined;
  /** Created then or later. */
  readonly from?: string | undefined;
  /** Created then or earlier. */
  readonly to?: string | undefined;
  /** Milliseconds from the first start to the end, or to now; a run that has not started has none. */
  readonly minDurationMs?: number | undefined;
  readonly maxDurationMs?: number | undefined;
  /** Runs that were given such a file: the start of its path, or a pattern in which `*` stands for any characters. */
  readonly file?: string | undefined;
  /** Name of the error that ended the run or its latest attempt. */
  readonly error?: string | undefined;
  /** Contained in the JSON of input, output or error, whatever the case. */
  readonly text?: string | undefined;
}

/** Milliseconds that the run `r` took, null until it has ended; as the index run_duration has it. */
export const endedDurationSql = `((extract(epoch FROM r.ended_at - r.started_at) * 1000)::float8)`;
/** Milliseconds that the open run `r` has taken, null until it has started. */
export const openDurationSql = `((extract(epoch FROM now() - r.started_at) * 1000)::float8)`;
/** Whether the run `r` has not ended, as the partial indexes of those have it. */
export const isOpenSql = `r.state IN ('queued', 'delayed', 'waiting', 'running')`;

/** The stretch of time of a filter. */
export function timeSpanOf({ from, to }: RunFilter): { from?: string | undefined; before?: string | undefined } {
  // The list shows times cut to milliseconds; a run shown with exactly this time is among those wanted.
  const end = to === undefined ? undefined : new Date(Math.floor(Date.parse(to)) + 1);
  return { from, before: end && end.getUTCFullYear() < 10_000 ? end.toISOString() : undefined };
}

/** The conditions of a filter but those on the time. */
export function whenTallied(where: Conditions, { task, states, triggers }: RunFilter, table = 't'): void {
  where.when(task, (p) => `${table}.task = ${p}`);
  // One value is said as one: with a list of them an index has no order.
  const [state, ...otherStates] = states ?? [];
  if (states && otherStates.length === 0) where.when(state ?? null, (p) => `${table}.state = ${p}::ops.run_state`);
  else where.when(states, (p) => `${table}.state = ANY(${p}::ops.run_state[])`);
  where.when(triggers, (p) => `${table}.trigger = ANY(${p}::ops.run_trigger[])`);
}

/** What a filter may have, and the tally knows. */
const talliedFilters: readonly (keyof RunFilter)[] = ['task', 'states', 'triggers', 'from', 'to'];

/** Whether a filter has something that the tally does not know. */
export const hasMore = (filter: RunFilter): boolean =>
  (Object.keys(filter) as (keyof RunFilter)[]).some(
    (key) => filter[key] !== undefined && !talliedFilters.includes(key),
  );

/**
 * The conditions of a filter, on the run `r`.
 * @param bounds of the ids that runs of that time can have
 */
export function runConditions(filter: RunFilter, bounds: IdBounds = {}): Conditions {
  const where = conditions();
  whenRecorded(where, timeSpanOf(filter), bounds);
  whenTallied(where, filter, 'r');
  // Said like the condition of the index, which holds only those that have labels.
  where.when(filter.labels && JSON.stringify(filter.labels), (p) => `r.labels @> ${p}::jsonb AND r.labels <> '{}'`);
  // Likewise: a root's own parent is null.
  where.when(filter.rootId, (p) => `r.id = ${p}::uuid OR (r.root_id = ${p}::uuid AND r.parent_id IS NOT NULL)`);
  where.when(filter.parentId, (p) => `r.parent_id = ${p}::uuid`);
  where.when(filter.retryOf, (p) => `r.retry_of = ${p}::uuid`);
  where.when(filter.schedule, (p) => `r.schedule = ${p}`);
  // Likewise as the condition of its index.
  where.when(filter.error, (p) => `r.error ->> 'name' = ${p} AND r.error IS NOT NULL`);
  for (const [limit, comparison] of [
    [filter.minDurationMs, '>='],
    [filter.maxDurationMs, '<='],
  ] as const) {
    // Apart, as the index of those that have ended and that of those that are open have them.
    where.when(
      limit,
      (p) =>
        `${endedDurationSql} ${comparison} ${p}::float8 OR (${isOpenSql} AND ${openDurationSql} ${comparison} ${p}::float8)`,
    );
  }
  where.when(
    filter.file === undefined ? undefined : pathPattern(filter.file),
    (p) =>
      `r.id IN (SELECT given.run_id FROM ops.file f JOIN ops.run_file given ON given.file_id = f.id WHERE f.path LIKE ${p})`,
  );
  where.when(
    filter.text === undefined ? undefined : containsPattern(filter.text),
    (p) => `r.input::text ILIKE ${p} OR r.output::text ILIKE ${p} OR r.error::text ILIKE ${p}`,
  );
  return where;
}
