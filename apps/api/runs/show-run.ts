import { findRun, type RunDetail } from '#database/queries/run-detail.js';
import { type DatasetRows, readRunRows } from '#database/queries/run-rows.js';
import type { RunSummary } from '#database/queries/runs.js';
import type { ApiDeps } from '../deps.js';
import { refuseSlowQuery } from '../http/slow-query.js';

/** What the record does not have of a run. */
interface Shown {
  /** Whether it waits, or will, because its task is paused. */
  readonly pausedTask: boolean;
}

/** A run as it is answered with its history. */
export type ShownRun = RunDetail & Shown & { readonly datasets: DatasetRows[] };

/**
 * One run, or undefined when the record does not know it.
 * @throws HttpProblem 503 when the database took too long
 */
export async function findShownRun(
  deps: Pick<ApiDeps, 'pool' | 'prisma' | 'settings'>,
  id: string,
): Promise<ShownRun | undefined> {
  const run = await findRun(deps.prisma, id);
  if (!run) return undefined;
  const rows = run.fileCount === 0 ? [] : readRunRows(deps.pool, id);
  const datasets = await refuseSlowQuery(Promise.resolve(rows), 'ask again when the database has less to do');
  return { ...showRun(deps, run), datasets };
}

/** A run with what its task's settings mean for it. */
export function showRun<R extends RunSummary>({ settings }: Pick<ApiDeps, 'settings'>, run: R): R & Shown {
  const mayBegin = run.endedAt === null && run.state !== 'running';
  return { ...run, pausedTask: mayBegin && settings.of(run.task)?.settings.paused === true };
}
