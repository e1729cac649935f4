import { bodyUrl } from '#catalogue/catalogue.js';
import { isDatasetTask } from '#contracts/file-task.js';
import type { TaskDefinition } from '#contracts/task.js';
import type { AnyTaskRun } from '#runs/attempt.js';

/**
 * The work of a task: what its folder's `body.js` exports as `run`, or, for a task that is a declaration, the loading of
 * its files.
 * @throws Error when the folder has no such body
 */
export async function loadTaskBody(task: TaskDefinition): Promise<AnyTaskRun> {
  if (isDatasetTask(task)) {
    const { loadDatasetBody } = await import('./load-dataset.js');
    return loadDatasetBody(task);
  }
  const module: unknown = await import(bodyUrl(task.name).href);
  if (typeof module === 'object' && module !== null && 'run' in module && isTaskRun(module.run)) return module.run;
  throw new Error(`expected packages/tasks/${task.name}/body to export the task's work as "run"`);
}

/** Its types were checked when it was compiled, against the definition that its input is checked with now. */
const isTaskRun = (value: unknown): value is AnyTaskRun => typeof value === 'function';
