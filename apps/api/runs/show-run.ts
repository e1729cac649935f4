import { findRun, type RunDetail } from '#database/queries/run-detail.js';
import type { RunSummary } from '#database/queries/runs.js';
import type { ApiDeps } from '../deps.js';

/** What the record does not have of a run. */
interface Shown {
  /** Whether it waits, or will, because its task is paused. */
  readonly pausedTask: boolean;
}

/** A run as it is answered with its history. */
export type ShownRun = RunDetail & Shown;

/** One run, or undefined when the record does not know it. */
export async function findShownRun(
  deps: Pick<ApiDeps, 'prisma' | 'settings'>,
  id: string,
): Promise<ShownRun | undefined> {
  const run = await findRun(deps.prisma, id);
  return run && showRun(deps, run);
}

/** A run with what its task's settings mean for it. */
export function showRun<R extends RunSummary>({ settings }: Pick<ApiDeps, 'settings'>, run: R): R & Shown {
  const mayBegin = run.endedAt === null && run.state !== 'running';
  return { ...run, pausedTask: mayBegin && settings.of(run.task)?.settings.paused === true };
}
