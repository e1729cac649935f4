import type { Labels, RetryPolicy } from '#contracts/run-terms.js';
import type { RunState } from '#contracts/states.js';
import { readWithPending } from '../changes/pending.js';
import { parseSnapshot, type Snapshot, snapshotSql } from '../changes/snapshot.js';
import type { RunModel } from '../generated/models.js';
import type { Pool, Queryable } from '../pool.js';
import { type Page, type PageRequest, takePage } from './page.js';
import type { RunFilter } from './run-filter.js';
import { type RunSort, readRuns } from './run-pages.js';

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
  /** The trace that its attempts are spans of. */
  readonly traceId: string | null;
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
  r.schedule, r.slot_at AS "slotAt", r.request_id AS "requestId", r.trace,
  r.progress_done AS "progressDone", r.progress_total AS "progressTotal", r.error, r.created_at AS "createdAt",
  r.available_at AS "availableAt", r.started_at AS "startedAt", r.ended_at AS "endedAt", r.updated_at AS "updatedAt"`;

/**
 * Runs in the order that is asked for. A page may have fewer runs than asked for, even none, and yet be followed by others: a search for a
 * text stops after a while, and goes on from there. Given up after a while: SQLSTATE 57014.
 */
export async function listRuns(
  pool: Pool,
  filter: RunFilter,
  { after, limit, sort = '-createdAt', include = [] }: RunListRequest,
): Promise<Page<ListedRun, RunPosition>> {
  const shown = [columns, ...include.map((column) => `r.${column}`)].join();
  const found = await readWithPending(pool, (tx, rolledUp) =>
    readRuns<RunRow>(tx, rolledUp, filter, { shown, after, limit: limit + 1, sort }),
  );
  const page = takePage(
    found.rows,
    limit,
    ({ key: _key, ...row }) => toRunSummary(row),
    ({ key: position, id }) => ({ sort, key: position, id }),
  );
  return page.next === undefined && found.reached !== undefined
    ? { ...page, next: { sort, key: '0', id: found.reached } }
    : page;
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
  const { retry, labels, trace, ...rest } = others;
  return {
    ...rest,
    slotAt: slotAt?.toISOString() ?? null,
    // As `recordRun` has written them.
    retry: retry as RetryPolicy | null,
    labels: labels as Labels,
    // A traceparent: version, trace, span, flags.
    traceId: trace?.split('-')[1] ?? null,
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
