import { findBody } from '#catalogue/catalogue.js';
import { importTaskModule } from '#catalogue/task-files.js';
import type { DatasetDefinition } from '#contracts/dataset.js';
import { type DatasetTaskDefinition, type FileTaskOutput, isDatasetTask } from '#contracts/file-task.js';
import type { TaskDefinition } from '#contracts/task.js';
import { hasSummary } from '#database/datasets/summary.js';
import type { AnyTaskRun } from '#runs/attempt.js';
import type { TaskContext, WorkerServices } from '#runs/context.js';
import type { CopyLoader } from './copy-loader.js';
import { loadByCopy } from './load-by-copy.js';
import type { SummaryLoader } from './summary/summary-writer.js';

/**
 * Makes a function that gives the work of a task: what its folder's `body.js` exports as `run`, or, for a task that is a
 * declaration, the loading of its files. Each is looked for once; one that is missing (Error) is looked for again.
 * @param tasksDir as the catalogue was loaded with
 */
export function taskBodies(tasksDir: readonly string[]): (task: TaskDefinition) => Promise<AnyTaskRun> {
  const bodies = new Map<string, Promise<AnyTaskRun>>();
  return (task) => {
    const known = bodies.get(task.name);
    if (known) return known;
    const loading = loadTaskBody(task, tasksDir);
    bodies.set(task.name, loading);
    loading.catch(() => bodies.delete(task.name));
    return loading;
  };
}

async function loadTaskBody(task: TaskDefinition, tasksDir: readonly string[]): Promise<AnyTaskRun> {
  if (isDatasetTask(task)) return loadDatasetBody(task);
  const file = await findBody(task.name, tasksDir);
  const module = await importTaskModule(file);
  if ('run' in module && isTaskRun(module.run)) return module.run;
  throw new Error(`${file}: expected it to export the task's work as "run", a function`);
}

/** Its types were checked when it was compiled, against the definition that its input is checked with now. */
const isTaskRun = (value: unknown): value is AnyTaskRun => typeof value === 'function';

/** The work of a task that is nothing but a declaration: its files' rows go into its table as they are. */
export function loadDatasetBody(task: DatasetTaskDefinition): (context: TaskContext) => Promise<FileTaskOutput> {
  return async (context) => loadByCopy(context, await loaderOf(task, context.services));
}

/** Readers of a format are imported when the first file of it comes. */
async function loaderOf({ format, dataset }: DatasetTaskDefinition, services: WorkerServices): Promise<CopyLoader> {
  switch (format) {
    case 'parquet': {
      const { openPageMemory, parquetLoader } = await import('./parquet-loader.js');
      return parquetLoader(dataset, await openPageMemory(services), await openSummary(dataset, services));
    }
    case 'json': {
      const { jsonLoader } = await import('./json-loader.js');
      return jsonLoader(dataset);
    }
  }
}

async function openSummary(dataset: DatasetDefinition, services: WorkerServices): Promise<SummaryLoader | undefined> {
  if (!hasSummary(dataset)) return undefined;
  const { SummaryLoader } = await import('./summary/summary-writer.js');
  return await SummaryLoader.open(dataset, services);
}
