import { findBody } from '#catalogue/catalogue.js';
import { importTaskModule } from '#catalogue/task-files.js';
import { isDatasetTask } from '#contracts/file-task.js';
import type { TaskDefinition } from '#contracts/task.js';
import type { AnyTaskRun } from '#runs/attempt.js';

/**
 * The work of a task: what its folder's `body.js` exports as `run`, or, for a task that is a declaration, the loading of
 * its files.
 * @param tasksDir as the catalogue was loaded with
 * @throws Error when the folder has no such body
 */
export async function loadTaskBody(task: TaskDefinition, tasksDir: readonly string[]): Promise<AnyTaskRun> {
  if (isDatasetTask(task)) {
    const { loadDatasetBody } = await import('./load-dataset.js');
    return loadDatasetBody(task);
  }
  const file = await findBody(task.name, tasksDir);
  const module = await importTaskModule(file);
  if ('run' in module && isTaskRun(module.run)) return module.run;
  throw new Error(`${file}: expected it to export the task's work as "run", a function`);
}

/** Its types were checked when it was compiled, against the definition that its input is checked with now. */
const isTaskRun = (value: unknown): value is AnyTaskRun => typeof value === 'function';
