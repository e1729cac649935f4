import type { DatasetDefinition } from '#contracts/dataset.js';
import { datasetColumns } from '#database/datasets/columns.js';
import { openParquet } from '#parquet/open-parquet.js';
import type { CopyLoader } from '#runtime/copy-files.js';

/** How parquet files become rows of a declared table. */
export function parquetLoader(dataset: DatasetDefinition): CopyLoader {
  const { table, columns, partition, replace } = dataset;
  const rows = { columns, ...(partition && { daysOf: partition.column }) };
  return {
    target: { table, columns: datasetColumns(dataset) },
    replace,
    ...(partition && { partitionsEvery: partition.every }),
    async open(file, signal) {
      const parquet = await openParquet(file.content, file.size, rows, signal);
      return { spans: () => parquet.spans(), writeRows: (copy) => parquet.writeRows(copy, file.id) };
    },
  };
}
