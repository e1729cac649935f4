import type { RunState } from '#contracts/states.js';
import { readWithPending } from '../changes/pending.js';
import type { Pool } from '../pool.js';
import type { RunFilter } from './run-filter.js';
import { readRuns } from './run-pages.js';

/** Some of the runs that a filter finds and that are in one of some states, oldest first, and where the next ones begin. */
export async function listRunIds(
  pool: Pool,
  filter: RunFilter,
  states: readonly RunState[],
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<{ readonly ids: string[]; readonly next: string | undefined }> {
  const found = await readWithPending(pool, (tx, rolledUp) =>
    readRuns(
      tx,
      rolledUp,
      { ...filter, states },
      {
        shown: 'r.id',
        after: after === undefined ? undefined : { key: '0', id: after },
        limit,
        sort: 'createdAt',
      },
    ),
  );
  return {
    ids: found.rows.map(({ id }) => id),
    next: found.reached ?? (found.rows.length < limit ? undefined : found.rows.at(-1)?.id),
  };
}
