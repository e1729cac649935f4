import { isDatasetTask, type ReadableDataset } from '#contracts/file-task.js';
import { sqlState } from '#database/error-kinds.js';
import type { Pool } from '#database/pool.js';
import { type DatasetStorage, type DatasetTables, readDatasetStorage } from '#database/queries/dataset-storage.js';
import { readTogether } from '#database/queries/reading.js';

/** How long what was measured is given again: ms. */
const freshMs = 60_000;
/** How long the database may take to measure: ms. */
const limitMs = 3_000;
/** SQLSTATE of a statement that was given up. */
const givenUp = '57014';

/** What was measured, and when: ISO-8601 in UTC. */
export interface MeasuredStorage {
  readonly at: string;
  of(name: string): DatasetStorage | undefined;
}

/**
 * Measures all datasets at once, once a minute at most, however many ask: with thousands of partitions it is work.
 * @returns gives what was measured; nothing of a dataset while the database takes too long over it
 */
export function createStorageReader(pool: Pool, datasets: readonly ReadableDataset[]): () => Promise<MeasuredStorage> {
  let measured: Promise<MeasuredStorage> | undefined;
  let until = 0;
  return () => {
    if (measured === undefined || performance.now() > until) {
      until = performance.now() + freshMs;
      measured = measure(pool, datasets.map(tablesOf));
      measured.catch(() => {
        measured = undefined;
      });
    }
    return measured;
  };
}

/** The tables that are made of a dataset's own. */
export const starTablesOf = ({ task }: ReadableDataset): readonly string[] => {
  const star = isDatasetTask(task) ? task.dataset.star : undefined;
  return star ? [star.fact, ...star.dimensions.map(({ table }) => table)] : [];
};

const tablesOf = (readable: ReadableDataset): DatasetTables => ({
  name: readable.name,
  table: readable.dataset.table,
  derived: starTablesOf(readable),
});

async function measure(pool: Pool, datasets: readonly DatasetTables[]): Promise<MeasuredStorage> {
  const at = new Date().toISOString();
  try {
    const storage = await readTogether(pool, limitMs, (tx) => readDatasetStorage(tx, datasets));
    return { at, of: (name) => storage.get(name) };
  } catch (error) {
    if (sqlState(error) !== givenUp) throw error;
    return { at, of: () => undefined };
  }
}
