import type { TableDefinition } from '#contracts/dataset.js';
import type { SortOrder } from '#contracts/dataset-parameters.js';
import type { Pool } from '../../pool.js';
import { readingLimitMs, readTogether } from '../reading.js';
import { sortKeys } from './keys.js';
import type { DatasetRow, RowQuery } from './row-query.js';
import { queryConditions, readRows } from './statement.js';

/** Which row of a dataset is wanted. */
interface WantedRow {
  readonly table: TableDefinition;
  /** The source whose loaded files hold the rows. */
  readonly source: string;
  readonly fileId: string;
  /** Position in its file, from 0. */
  readonly ordinal: number;
}

/**
 * One row, or undefined when the file is not loaded or has no such row in this dataset. Found by the file and, where the
 * table has an index for it, by the ordinal.
 * @throws DatabaseError 57014 when it took longer than `readingLimitMs`
 */
export function findRow(pool: Pool, { table, source, fileId, ordinal }: WantedRow): Promise<DatasetRow | undefined> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    const { rowCount } = await tx.query(
      `SELECT FROM ops.file WHERE id = $1::bigint AND source = $2 AND state = 'loaded'`,
      [fileId, source],
    );
    if (rowCount !== 1 || (table.oneRowPerFile === true && ordinal > 0)) return undefined;
    const order: SortOrder = { name: 'fileId', by: 'file', columns: [] };
    const query: RowQuery = { table, source, conditions: [], fileId, order, descending: false };
    const where = queryConditions(query);
    if (table.oneRowPerFile !== true) where.and(`d.ordinal = ${where.param(ordinal)}::integer`);
    const [found] = await readRows(tx, query, sortKeys(table, order), where, 1);
    return found?.row;
  });
}
