import type { RunState } from '#contracts/states.js';
import type { PrismaClient } from '../client.js';
import type { RunModel } from '../generated/models.js';
import { type Page, type PageRequest, takePage } from './page.js';

/** Which runs are wanted; what is left out does not matter. */
export interface RunFilter {
  readonly task?: string | undefined;
  readonly states?: readonly RunState[] | undefined;
  readonly parentId?: string | undefined;
  /** Created then or later. */
  readonly from?: string | undefined;
  /** Created then or earlier. */
  readonly to?: string | undefined;
}

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
  readonly idempotencyKey: string | null;
  /** Number of the latest attempt; 0 before the first. */
  readonly attempt: number;
  readonly failures: number;
  readonly losses: number;
  readonly maxAttempts: number;
  /** {attempts, backoff, backoffMs, maxBackoffMs}; null: as its task says. */
  readonly retry: unknown;
  readonly timeoutMs: number | null;
  readonly labels: unknown;
  /** The run that it repeats with another input. */
  readonly retryOf: string | null;
  readonly progress: { readonly done: number; readonly total: number | null } | null;
  /** {name, code?, message} of what ended it. */
  readonly error: unknown;
  readonly createdAt: string;
  readonly availableAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly updatedAt: string;
}

/** Runs, newest first; the ids are UUIDs of version 7, so their order is that of time. */
export async function listRuns(
  prisma: PrismaClient,
  filter: RunFilter,
  { after, limit }: PageRequest<string>,
): Promise<Page<RunSummary, string>> {
  const rows = await prisma.run.findMany({
    omit: { input: true, output: true },
    where: {
      ...(filter.task === undefined ? {} : { task: filter.task }),
      ...(filter.states === undefined ? {} : { state: { in: [...filter.states] } }),
      ...(filter.parentId === undefined ? {} : { parentId: filter.parentId }),
      ...(after === undefined ? {} : { id: { lt: after } }),
      createdAt: {
        ...(filter.from === undefined ? {} : { gte: new Date(filter.from) }),
        // The list shows times cut to milliseconds; a run shown with exactly this time is among those wanted.
        ...(filter.to === undefined ? {} : { lt: new Date(Date.parse(filter.to) + 1) }),
      },
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  return takePage(rows, limit, toRunSummary, (row) => row.id);
}

export function toRunSummary(run: Omit<RunModel, 'input' | 'output'>): RunSummary {
  const { progressDone, progressTotal, createdAt, availableAt, startedAt, endedAt, updatedAt, ...rest } = run;
  return {
    ...rest,
    progress:
      progressDone === null
        ? null
        : { done: Number(progressDone), total: progressTotal === null ? null : Number(progressTotal) },
    createdAt: createdAt.toISOString(),
    availableAt: availableAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
    updatedAt: updatedAt.toISOString(),
  };
}
