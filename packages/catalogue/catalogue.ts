import { readdir } from 'node:fs/promises';
import { checkDataset, checkDatasetNames, checkTablesApart } from '#contracts/check-dataset.js';
import type { DatasetDefinition } from '#contracts/dataset.js';
import { SetupError } from '#contracts/errors.js';
import { hasDataset, isDatasetTask, type ReadableTask } from '#contracts/file-task.js';
import type { TaskDefinition } from '#contracts/task.js';

/** All tasks by name. */
export type Catalogue = ReadonlyMap<string, TaskDefinition>;

const tasksFolder = new URL('../tasks/', import.meta.url);

/**
 * Imports the definition of every task: each folder under packages/tasks has a `definition.js` that exports
 * `definition`, named as the folder is. A new task is a new folder, nothing else.
 * @throws when a folder does not keep to that, SetupError when a dataset is declared that cannot be made
 */
export async function loadCatalogue(folder: URL = tasksFolder): Promise<Catalogue> {
  const catalogue = new Map<string, TaskDefinition>();
  const entries = await readdir(folder, { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const url = new URL(`${name}/definition.js`, folder);
    const module: unknown = await import(url.href);
    if (!hasDefinition(module)) throw new Error(`expected ${url.pathname} to export a task as "definition"`);
    if (module.definition.name !== name) {
      throw new Error(`expected the task in packages/tasks/${name} to be named so, got "${module.definition.name}"`);
    }
    if (hasDataset(module.definition)) checkDataset(module.definition);
    catalogue.set(name, module.definition);
  }
  for (const { name, followedBy } of catalogue.values()) {
    if (followedBy === undefined || catalogue.has(followedBy)) continue;
    throw new SetupError(`expected a task that follows ${name}, no task is named "${followedBy}"`);
  }
  const readable = [...catalogue.values()].filter(hasDataset);
  checkTablesApart(readable);
  checkDatasetNames(readable);
  return catalogue;
}

/** The datasets that tasks declare, whose tables `ensureDatasets` makes. */
export function datasetsOf(catalogue: Catalogue): DatasetDefinition[] {
  return [...catalogue.values()].filter(isDatasetTask).map(({ dataset }) => dataset);
}

/** The tasks whose datasets people can read, by the names of the datasets, which are those of their sources. */
export function readableTasks(catalogue: Catalogue): ReadonlyMap<string, ReadableTask> {
  return new Map([...catalogue.values()].filter(hasDataset).map((task) => [task.source.name, task]));
}

function hasDefinition(module: unknown): module is { definition: TaskDefinition } {
  if (typeof module !== 'object' || module === null || !('definition' in module)) return false;
  const { definition } = module;
  return typeof definition === 'object' && definition !== null && 'name' in definition && 'queue' in definition;
}

/** Where a task's body is. */
export const bodyUrl = (task: string, folder: URL = tasksFolder): URL => new URL(`${task}/body.js`, folder);

/** The queues of a catalogue, each with the number of runs one worker process takes from it at a time. */
export function queuesOf(catalogue: Catalogue): Map<string, number> {
  const queues = new Map<string, number>();
  for (const task of catalogue.values()) {
    queues.set(task.queue, Math.max(task.concurrency, queues.get(task.queue) ?? 1));
  }
  return queues;
}
