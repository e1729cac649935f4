import type { DatasetDefinition } from '#contracts/dataset.js';
import type { CopyBinaryWriter } from '#database/copy/binary.js';
import { datasetColumns } from '#database/datasets/columns.js';
import { openParquet, type ParquetFile } from '#parquet/open-parquet.js';
import { PageMemory } from '#parquet/page-memory.js';
import type { WorkerServices } from '#runs/context.js';
import type { CopyLoad, CopyLoader } from './copy-loader.js';
import type { FileSummary } from './summary/file-summary.js';
import type { SummaryLoader } from './summary/summary-writer.js';

/**
 * How parquet files become rows of a declared table.
 *
 * @param memory what the pages of all files share that this process reads
 * @param summary of the dataset, if it has one
 */
export function parquetLoader(dataset: DatasetDefinition, memory: PageMemory, summary?: SummaryLoader): CopyLoader {
  const { table, columns, partition, replace } = dataset;
  const rows = { columns, ...(partition && { daysOf: partition.column }) };
  return {
    target: { table, columns: datasetColumns(dataset) },
    replace,
    ...(partition && { partitionsEvery: partition.every }),
    ...(summary && { summary }),
    async open(file, signal) {
      const parquet = await openParquet(file.content, file.size, rows, { memory, signal });
      return { spans: () => parquet.spans(), writeRows: (copy) => writeRows(parquet, copy, file.id, summary?.begin()) };
    },
  };
}

async function* writeRows(
  parquet: ParquetFile,
  copy: CopyBinaryWriter,
  fileId: bigint,
  summary: FileSummary | undefined,
): AsyncGenerator<void, CopyLoad, undefined> {
  if (summary === undefined) return yield* parquet.writeRows(copy, fileId);
  const load = yield* parquet.writeRows(copy, fileId, (batch) => summary.add(batch));
  return { ...load, summary };
}

/** The memory for parquet pages of a worker process, which all its loads share. */
export async function openPageMemory(services: WorkerServices): Promise<PageMemory> {
  const { memory } = await services.shared('memory for parquet pages', async () => ({
    memory: new PageMemory(services.pageMemory),
    close: async () => {},
  }));
  return memory;
}
