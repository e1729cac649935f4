import type { Catalogue } from '#catalogue/catalogue.js';
import { isDatasetTask } from '#contracts/file-task.js';
import type { OpenRun } from '#contracts/open-run.js';
import { countUnsummarized } from '#database/datasets/refresh-summary.js';
import { hasSummary } from '#database/datasets/summary.js';
import { type Pool, transaction } from '#database/pool.js';
import { trackFollowUps } from './follow.js';

/** The task that makes the figures of files that have none. */
const task = 'refresh-summary';

/**
 * Records a run of `refresh-summary` for each dataset with loaded files that have no figures yet, because they were loaded
 * before it had a summary. One that waits already will do.
 * @returns runs whose jobs are to be added
 */
export async function refreshSummaries(pool: Pool, catalogue: Catalogue): Promise<readonly OpenRun[]> {
  const followUps = trackFollowUps(catalogue);
  for (const { dataset, source } of [...catalogue.values()].filter(isDatasetTask)) {
    if (!hasSummary(dataset) || (await countUnsummarized(pool, dataset, source.name)) === 0) continue;
    await transaction(pool, (tx) => followUps.follow(tx, task, { source: source.name }));
  }
  return followUps.recorded();
}
