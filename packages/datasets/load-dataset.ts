import type { DatasetTaskDefinition, FileTaskOutput } from '#contracts/file-task.js';
import type { TaskContext } from '#runtime/context.js';
import { type CopyLoader, loadByCopy } from '#runtime/copy-files.js';

/** The work of a task that is nothing but a declaration: its files' rows go into its table as they are. */
export async function loadDatasetBody(
  task: DatasetTaskDefinition,
): Promise<(context: TaskContext) => Promise<FileTaskOutput>> {
  const loader = await loaderOf(task);
  return (context) => loadByCopy(context, loader);
}

async function loaderOf({ format, dataset }: DatasetTaskDefinition): Promise<CopyLoader> {
  switch (format) {
    case 'parquet': {
      const { parquetLoader } = await import('./parquet-loader.js');
      return parquetLoader(dataset);
    }
    case 'json': {
      const { jsonLoader } = await import('./json-loader.js');
      return jsonLoader(dataset);
    }
  }
}
