import type { DatasetDefinition } from '#contracts/dataset.js';
import { datasetColumns } from '#database/datasets/columns.js';
import { openParquet, type ParquetFile } from '#parquet/open-parquet.js';
import type { CopyLoader, CopySource } from '#runtime/copy-files.js';

/** How parquet files become rows of a declared table. */
export function parquetLoader(dataset: DatasetDefinition): CopyLoader {
  const { table, columns, partition, replace } = dataset;
  const rows = { columns, ...(partition && { daysOf: partition.column }) };
  return {
    target: { table, columns: datasetColumns(dataset) },
    replace,
    ...(partition && { partitionsEvery: partition.every }),
    async open(file, signal) {
      return sourceOf(await openParquet(file.handle, file.size, rows, signal), file.id);
    },
  };
}

function sourceOf(file: ParquetFile, fileId: bigint): CopySource {
  return {
    spans: () => file.spans(),
    async *writeRows(copy) {
      try {
        return yield* file.writeRows(copy, fileId);
      } finally {
        file.release();
      }
    },
  };
}
