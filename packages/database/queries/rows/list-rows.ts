import type { Pool } from '../../pool.js';
import type { Page, PageRequest } from '../page.js';
import { readingLimitMs, readTogether } from '../reading.js';
import type { DatasetRow, RowPosition, RowQuery } from './row-query.js';
import { walkFiles } from './walk-files.js';
import { walkIndex } from './walk-index.js';
import { walkPartitions } from './walk-partitions.js';

/** Milliseconds after which a page that is not full is handed out as it is, to be continued at its `next`. */
const usualBudgetMs = 2_000;

const walks = { file: walkFiles, index: walkIndex, partition: walkPartitions };

/**
 * Rows of a dataset, each exactly once over all pages of a table that does not change. Missing values count as larger than
 * all others. A page may be short, even empty, and still have a next.
 * @throws DatabaseError 57014 when a statement took longer than `readingLimitMs`; 22… when `after` is no position
 */
export function listRows(
  pool: Pool,
  query: RowQuery,
  { after, limit }: PageRequest<RowPosition>,
  budgetMs: number = usualBudgetMs,
): Promise<Page<DatasetRow, RowPosition>> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    // One more than asked for, so that the end is known without a count.
    const walk = { after, wanted: limit + 1, deadline: performance.now() + budgetMs };
    const { found, next } = await walks[query.order.by](tx, query, walk);
    const items = found.slice(0, limit).map(({ row }) => row);
    return { items, next: found.length > limit ? found[limit - 1]?.position : next };
  });
}
