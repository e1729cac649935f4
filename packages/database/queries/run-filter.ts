import type { Labels } from '#contracts/run-terms.js';
import type { RunState } from '#contracts/states.js';
import type { RunTrigger } from '../generated/enums.js';
import { type Conditions, conditions, containsPattern, pathPattern } from './conditions.js';

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
  /** Contained in the JSON of input, output or error, whatever the case. */
  readonly text?: string | undefined;
}

/** Milliseconds that the run `r` has taken. */
export const durationSql = `(extract(epoch FROM COALESCE(r.ended_at, now()) - r.started_at) * 1000)::float8`;

/** The conditions of a filter, on the run `r`. */
export function runConditions(filter: RunFilter): Conditions {
  const where = conditions();
  where.when(filter.task, (p) => `r.task = ${p}`);
  where.when(filter.states, (p) => `r.state = ANY(${p}::ops.run_state[])`);
  where.when(filter.triggers, (p) => `r.trigger = ANY(${p}::ops.run_trigger[])`);
  // Said like the condition of the index, which holds only those that have labels.
  where.when(filter.labels && JSON.stringify(filter.labels), (p) => `r.labels @> ${p}::jsonb AND r.labels <> '{}'`);
  // Likewise: a root's own parent is null.
  where.when(filter.rootId, (p) => `r.id = ${p}::uuid OR (r.root_id = ${p}::uuid AND r.parent_id IS NOT NULL)`);
  where.when(filter.parentId, (p) => `r.parent_id = ${p}::uuid`);
  where.when(filter.retryOf, (p) => `r.retry_of = ${p}::uuid`);
  where.when(filter.schedule, (p) => `r.schedule = ${p}`);
  where.when(filter.from, (p) => `r.created_at >= ${p}::timestamptz`);
  // The list shows times cut to milliseconds; a run shown with exactly this time is among those wanted.
  where.when(
    filter.to,
    (p) => `r.created_at < date_trunc('milliseconds', ${p}::timestamptz) + interval '1 millisecond'`,
  );
  where.when(filter.minDurationMs, (p) => `${durationSql} >= ${p}::float8`);
  where.when(filter.maxDurationMs, (p) => `${durationSql} <= ${p}::float8`);
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
