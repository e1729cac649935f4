import type { FastifyBaseLogger } from 'fastify';
import { openRunStates, retryableStates } from '#contracts/states.js';
import { countRuns } from '#database/queries/run-counts.js';
import type { RunFilter } from '#database/queries/run-filter.js';
import { listRunIds } from '#database/queries/run-ids.js';
import type { ApiDeps } from '../deps.js';
import { goOnWithRuns, takenFilesOf } from './retry.js';
import { stopRuns } from './stop.js';

/** What is to be done to many runs. */
export type Change = { readonly dryRun?: boolean } & (
  | { readonly kind: 'cancel'; readonly reason: string | undefined }
  | { readonly kind: 'retry' }
);

/** What was done. */
export interface ChangedRuns {
  readonly matched: number;
  readonly changed: number;
  readonly remaining: number;
  readonly refused: { readonly runId: string; readonly reason: string }[];
}

/** Runs that one request takes, those below them not counted. */
const maxRuns = 10_000;
/** Runs of one transaction. */
const pageSize = 500;
/** Refused runs that are named. */
const maxNamed = 100;

/** Cancels or retries the runs that a filter finds and that are in a state for it, page by page from the oldest. */
export async function changeRuns(
  deps: ApiDeps,
  filter: RunFilter,
  change: Change,
  log: FastifyBaseLogger,
  actor?: string,
): Promise<ChangedRuns> {
  const possible = change.kind === 'cancel' ? openRunStates : retryableStates;
  const states = possible.filter((state) => filter.states === undefined || filter.states.includes(state));
  const { count: matched } = await countRuns(deps.pool, { ...filter, states });
  const refused: { runId: string; reason: string }[] = [];
  let changed = 0;
  let taken = 0;
  let after: string | undefined;
  while (change.dryRun !== true && taken < maxRuns) {
    const { ids, next } = await listRunIds(deps.pool, filter, states, { after, limit: pageSize });
    if (ids.length > 0) changed += await changePage(deps, ids, change, refused, log, actor);
    taken += ids.length;
    after = next;
    if (next === undefined) break;
  }
  const remaining = taken < maxRuns ? 0 : Math.max(0, matched - taken);
  return { matched, changed, remaining: change.dryRun === true ? matched : remaining, refused };
}

async function changePage(
  deps: ApiDeps,
  ids: readonly string[],
  change: Change,
  refused: { runId: string; reason: string }[],
  log: FastifyBaseLogger,
  actor: string | undefined,
): Promise<number> {
  if (change.kind === 'cancel') return (await stopRuns(deps, ids, change.reason, log, actor)).cancelled.length;
  const together = await goOnWithRuns(deps, ids, log, actor);
  if (together.kind === 'retried') return together.count;
  // One whose files are another's harms only itself.
  let count = 0;
  for (const id of ids) {
    const alone = await goOnWithRuns(deps, [id], log, actor);
    if (alone.kind === 'retried') count += alone.count;
    else if (refused.length < maxNamed) refused.push({ runId: id, reason: takenFilesOf(alone) });
  }
  return count;
}
