import type { DatasetDefinition } from '#contracts/dataset.js';
import { datasetColumns } from '#database/datasets/columns.js';
import { openParquet } from '#parquet/open-parquet.js';
import { PageMemory } from '#parquet/page-memory.js';
import type { WorkerServices } from '#runs/context.js';
import type { CopyLoader } from './copy-loader.js';

/**
 * How parquet files become rows of a declared table.
 *
 * @param memory what the pages of all files share that this process reads
 */
export function parquetLoader(dataset: DatasetDefinition, memory: PageMemory): CopyLoader {
  const { table, columns, partition, replace } = dataset;
  const rows = { columns, ...(partition && { daysOf: partition.column }) };
  return {
    target: { table, columns: datasetColumns(dataset) },
    replace,
    ...(partition && { partitionsEvery: partition.every }),
    async open(file, signal) {
      const parquet = await openParquet(file.content, file.size, rows, { memory, signal });
      return { spans: () => parquet.spans(), writeRows: (copy) => parquet.writeRows(copy, file.id) };
    },
  };
}

/** The memory for parquet pages of a worker process, which all its loads share. */
export async function openPageMemory(services: WorkerServices): Promise<PageMemory> {
  const { memory } = await services.shared('memory for parquet pages', async () => ({
    memory: new PageMemory(services.pageMemory),
    close: async () => {},
  }));
  return memory;
}
