import type { DatasetTaskDefinition, FileTaskOutput } from '#contracts/file-task.js';
import type { TaskContext, WorkerServices } from '#runs/context.js';
import type { CopyLoader } from './copy-loader.js';
import { loadByCopy } from './load-by-copy.js';

/** The work of a task that is nothing but a declaration: its files' rows go into its table as they are. */
export function loadDatasetBody(task: DatasetTaskDefinition): (context: TaskContext) => Promise<FileTaskOutput> {
  return async (context) => loadByCopy(context, await loaderOf(task, context.services));
}

async function loaderOf({ format, dataset }: DatasetTaskDefinition, services: WorkerServices): Promise<CopyLoader> {
  switch (format) {
    case 'parquet': {
      const { openPageMemory, parquetLoader } = await import('./parquet-loader.js');
      return parquetLoader(dataset, await openPageMemory(services));
    }
    case 'json': {
      const { jsonLoader } = await import('./json-loader.js');
      return jsonLoader(dataset);
    }
  }
}
