import type { Labels, RetryPolicy } from '#contracts/run-terms.js';
import type { RunState } from '#contracts/states.js';
import { parseSnapshot, type Snapshot, snapshotSql } from '../changes/snapshot.js';
import type { RunModel } from '../generated/models.js';
import type { Pool, Queryable } from '../pool.js';
import { type Page, type PageRequest, takePage } from './page.js';
import { readingLimitMs, readTogether } from './reading.js';
import { durationSql, type RunFilter, runConditions } from './run-filter.js';

/** A run without its input and output, which may be long. Times are ISO-8601 in UTC. */
export interface RunSummary {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly state: RunState;
  readonly trigger: string;
  readonly priority: number;
  readonly parentId: string | null;
  readonly rootId: string;
  readonly invokeKey: string | null;
  /** Queued, but not before another of those invoked with it has ended. */
  readonly held: boolean;
  /** It could begin, but its task is paused or at its limit. */
  readonly parked: boolean;
  readonly idempotencyKey: string | null;
  /** Number of the latest attempt; 0 before the first. */
  readonly attempt: number;
  readonly failures: number;
  readonly losses: number;
  readonly maxAttempts: number;
  /** Null: as its task says. */
  readonly retry: RetryPolicy | null;
  readonly timeoutMs: number | null;
  readonly labels: Labels;
  /** The run that it repeats with another input. */
  readonly retryOf: string | null;
  /** The name of the schedule that it is a run of. */
  readonly schedule: string | null;
  /** Its slot; null when somebody ran the schedule by hand. */
  readonly slotAt: string | null;
  /** The request that asked for it, or for the run that invoked it. */
  readonly requestId: string | null;
  readonly progress: { readonly done: number; readonly total: number | null } | null;
  /** {name, code?, message} of what ended it. */
  readonly error: unknown;
  readonly createdAt: string;
  readonly availableAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly updatedAt: string;
  /** From its first start to its end, or to now; null before it starts. */
  readonly durationMs: number | null;
}

/** A run as a list shows it on demand. */
export interface ListedRun extends RunSummary {
  readonly input?: unknown;
  readonly output?: unknown;
}

/** What long values a list shows. */
export type RunInclude = 'input' | 'output';

/** Microseconds since 1970, which a float8 holds exactly. */
const microseconds = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::float8`;

/** What runs may be ordered by, and the SQL of it, a float8; a run without that value comes last. */
const orders = {
  createdAt: microseconds('r.created_at'),
  startedAt: microseconds('r.started_at'),
  endedAt: microseconds('r.ended_at'),
  durationMs: durationSql,
} as const;
type RunOrder = keyof typeof orders;
export const runSorts = Object.keys(orders).flatMap((order) => [order, `-${order}`]) as (RunOrder | `-${RunOrder}`)[];
export type RunSort = (typeof runSorts)[number];

/** Where a page of runs ends: the last run, and by what it stands there. */
export interface RunPosition {
  readonly sort: string;
  /** A number, or `Infinity` for a run without one. */
  readonly key: string;
  readonly id: string;
}

/** What is wanted of a list of runs. */
export interface RunListRequest extends PageRequest<RunPosition> {
  /** `-createdAt`, the newest first, if not given. */
  readonly sort?: RunSort | undefined;
  readonly include?: readonly RunInclude[] | undefined;
}

type RunRow = Omit<RunModel, 'input' | 'output' | 'progressDone' | 'progressTotal'> & {
  readonly progressDone: string | null;
  readonly progressTotal: string | null;
  readonly key: string;
};

const columns = `r.id, r.task, r.queue, r.state, r.trigger, r.priority, r.parent_id AS "parentId", r.root_id AS "rootId",
  r.invoke_key AS "invokeKey", r.held, r.parked, r.idempotency_key AS "idempotencyKey", r.attempt, r.failures, r.losses,
  r.max_attempts AS "maxAttempts", r.retry, r.timeout_ms AS "timeoutMs", r.labels, r.retry_of AS "retryOf",
  r.schedule, r.slot_at AS "slotAt", r.request_id AS "requestId",
  r.progress_done AS "progressDone", r.progress_total AS "progressTotal", r.error, r.created_at AS "createdAt",
  r.available_at AS "availableAt", r.started_at AS "startedAt", r.ended_at AS "endedAt", r.updated_at AS "updatedAt"`;

/** Runs in the order that is asked for. Given up after a while: SQLSTATE 57014. */
export async function listRuns(
  pool: Pool,
  filter: RunFilter,
  { after, limit, sort = '-createdAt', include = [] }: RunListRequest,
): Promise<Page<ListedRun, RunPosition>> {
  const where = runConditions(filter);
  const descending = sort.startsWith('-');
  const order = sort.replace('-', '') as RunOrder;
  const [direction, beyond] = descending ? (['DESC', '<'] as const) : (['ASC', '>'] as const);
  // Ids are UUIDs of version 7, so their order is that of creation, and has an index.
  const byId = order === 'createdAt';
  const key = byId ? '0' : `COALESCE(${orders[order]}, '${descending ? '-' : ''}Infinity')`;
  if (after) {
    const id = where.param(after.id);
    where.and(
      byId ? `r.id ${beyond} ${id}::uuid` : `(${key}, r.id) ${beyond} (${where.param(after.key)}::float8, ${id}::uuid)`,
    );
  }
  const statement = `SELECT ${[columns, ...include.map((column) => `r.${column}`)].join()}, ${key}::text AS key FROM ops.run r
     WHERE ${where.sql()} ORDER BY ${byId ? '' : `${key} ${direction}, `}r.id ${direction} LIMIT ${where.param(limit + 1)}`;
  const { rows } = await readTogether(pool, readingLimitMs, (tx) => tx.query<RunRow>(statement, where.values));
  return takePage(
    rows,
    limit,
    ({ key: _key, ...row }) => toRunSummary(row),
    ({ key: position, id }) => ({ sort, key: position, id }),
  );
}

/** A run, and the moment at which it was so; undefined when the record does not know it. */
export async function findRunNow(
  db: Queryable,
  id: string,
): Promise<{ readonly run: RunSummary; readonly now: Snapshot; readonly seconds: number } | undefined> {
  const { rows } = await db.query<RunRow & { readonly now: string; readonly seconds: number }>(
    `SELECT ${columns}, '' AS key, ${snapshotSql} AS now, floor(extract(epoch FROM clock_timestamp()))::float8 AS seconds
     FROM ops.run r WHERE r.id = $1`,
    [id],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { now, seconds, key: _key, ...run } = row;
  return { run: toRunSummary(run), now: parseSnapshot(now), seconds };
}

/** A run as it is shown, whether Prisma or a statement read it. */
export function toRunSummary(
  run: Omit<RunModel, 'input' | 'output' | 'progressDone' | 'progressTotal'> & {
    readonly progressDone: bigint | string | null;
    readonly progressTotal: bigint | string | null;
  },
): RunSummary {
  const { progressDone, progressTotal, slotAt, createdAt, availableAt, startedAt, endedAt, updatedAt, ...others } = run;
  const { retry, labels, ...rest } = others;
  return {
    ...rest,
    slotAt: slotAt?.toISOString() ?? null,
    // As `recordRun` has written them.
    retry: retry as RetryPolicy | null,
    labels: labels as Labels,
    progress:
      progressDone === null
        ? null
        : { done: Number(progressDone), total: progressTotal === null ? null : Number(progressTotal) },
    createdAt: createdAt.toISOString(),
    availableAt: availableAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
    updatedAt: updatedAt.toISOString(),
    durationMs: startedAt && Math.max(0, (endedAt?.getTime() ?? Date.now()) - startedAt.getTime()),
  };
}
