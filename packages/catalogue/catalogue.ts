import { join } from 'node:path';
import { checkDataset, checkDatasetNames } from '#contracts/check-dataset.js';
import type { DatasetDefinition } from '#contracts/dataset.js';
import { SetupError } from '#contracts/errors.js';
import { datasetsOfTask, isDatasetTask, isFileTask, type ReadableDataset } from '#contracts/file-task.js';
import type { TaskDefinition } from '#contracts/task.js';
import { taskOf } from '#contracts/task-shape.js';
import { checkSchedules } from './check-schedules.js';
import { findTaskModule, importTaskModule, listTaskFolders, ownTasksFolder, refuseOtherCopy } from './task-files.js';

/** All tasks by name. */
export type Catalogue = ReadonlyMap<string, TaskDefinition>;

interface FoundTask {
  readonly task: TaskDefinition;
  /** Of its definition. */
  readonly file: string;
}

/**
 * Imports the definition of every task: each folder under packages/tasks, and under the folders of TASKS_DIR, has a
 * `definition.js` that exports `definition`, named as the folder is. A new task is a new folder, nothing else.
 * @param tasksDir absolute paths
 * @throws SetupError in one line that names the file, what was expected and what came
 */
export async function loadCatalogue(tasksDir: readonly string[] = []): Promise<Catalogue> {
  const found: FoundTask[] = [];
  for (const folder of [ownTasksFolder, ...tasksDir]) {
    for (const { name, path } of await listTaskFolders(folder)) found.push(await loadTask(name, path));
  }
  refuseShared(found);
  const catalogue = new Map(found.map(({ task }) => [task.name, task]));
  for (const { task, file } of found) {
    checkSchedules(task, file, catalogue);
    if (task.followedBy === undefined || catalogue.has(task.followedBy)) continue;
    throw new SetupError(`${file}: expected "followedBy" to name a task, got "${task.followedBy}", which is none`);
  }
  checkDatasetNames([...catalogue.values()].flatMap(datasetsOfTask));
  return catalogue;
}

async function loadTask(name: string, folder: string): Promise<FoundTask> {
  const file = await findTaskModule(folder, 'definition');
  if (file === undefined) {
    throw new SetupError(
      `${folder}: expected a definition.js that exports a task as "definition", there is none; ` +
        'a folder that is no task has a name that begins with _',
    );
  }
  refuseOtherCopy(folder);
  const module = await importTaskModule(file);
  const task = taskOf('definition' in module ? module.definition : undefined, file);
  if (task.name !== name) {
    throw new SetupError(`${file}: expected the task to have its folder's name, "${name}", got "${task.name}"`);
  }
  if (task.source !== undefined && !isFileTask(task)) {
    throw new SetupError(
      `${file}: expected a task with a source to be made by defineFileTask or defineDatasetTask, which give it its input ` +
        'and output; got others',
    );
  }
  for (const { dataset } of datasetsOfTask(task)) checkDataset({ name: task.name, dataset }, file);
  if (!isDatasetTask(task) && (await findTaskModule(folder, 'body')) === undefined) {
    throw new SetupError(`${folder}: expected a body.js that exports the task's work as "run", there is none`);
  }
  return { task, file };
}

/** Refuses two tasks that have one name, source, table or schedule, each of which would take it for its own. */
function refuseShared(found: readonly FoundTask[]): void {
  const holders = new Map<string, string>();
  for (const { task, file } of found) {
    const source = task.source ? [`source ${task.source.name}`] : [];
    const tables = tablesOf(task).map((table) => `table ${table}`);
    const schedules = (task.schedules ?? []).map((schedule) => `schedule ${schedule.name}`);
    for (const thing of [`name ${task.name}`, ...source, ...tables, ...schedules]) {
      const other = holders.get(thing);
      if (other !== undefined) {
        throw new SetupError(`${file}: the ${thing} is that of the task in ${other}, too; rename one of them`);
      }
      holders.set(thing, file);
    }
  }
}

function tablesOf(task: TaskDefinition): string[] {
  const { star, summary, table } = isDatasetTask(task) ? task.dataset : {};
  return [
    ...datasetsOfTask(task).map(({ dataset }) => dataset.table),
    ...(summary ? [`${table}_summary`, `${table}_value`] : []),
    ...(star ? [star.fact, star.view, ...star.dimensions.map((dimension) => dimension.table)] : []),
  ];
}

/** The datasets that tasks declare, whose tables `ensureDatasets` makes. */
export function datasetsOf(catalogue: Catalogue): DatasetDefinition[] {
  return [...catalogue.values()].filter(isDatasetTask).map(({ dataset }) => dataset);
}

/** The datasets that people can read, by their names. */
export function readableDatasets(catalogue: Catalogue): ReadonlyMap<string, ReadableDataset> {
  return new Map([...catalogue.values()].flatMap(datasetsOfTask).map((each) => [each.name, each]));
}

/**
 * The file of a task's work.
 * @param tasksDir as `loadCatalogue` was given it, so that the name leads to the same folder
 * @throws Error when it is gone
 */
export async function findBody(task: string, tasksDir: readonly string[]): Promise<string> {
  for (const folder of [ownTasksFolder, ...tasksDir]) {
    const file = await findTaskModule(join(folder, task), 'body');
    if (file !== undefined) return file;
  }
  throw new Error(`the body of the task ${task} was there when this process started and is gone; put it back`);
}

/** The queues of a catalogue, each with the number of runs one worker process takes from it at a time. */
export function queuesOf(catalogue: Catalogue): Map<string, number> {
  const queues = new Map<string, number>();
  for (const task of catalogue.values()) {
    queues.set(task.queue, Math.max(task.concurrency, queues.get(task.queue) ?? 1));
  }
  return queues;
}
