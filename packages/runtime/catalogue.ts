import { readdir } from 'node:fs/promises';
import type { TaskDefinition } from '#contracts/task.js';

/** All tasks by name. */
export type Catalogue = ReadonlyMap<string, TaskDefinition>;

/**
 * Imports the definition of every task: each folder under packages/tasks has a `definition.js` that exports
 * `definition`. A new task is a new folder, nothing else.
 * @throws when a folder has no definition or two have the same name
 */
export async function loadCatalogue(folder: URL = new URL('../tasks/', import.meta.url)): Promise<Catalogue> {
  const catalogue = new Map<string, TaskDefinition>();
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.filter((each) => each.isDirectory()).sort((a, b) => a.name.localeCompare(b.name))) {
    const url = new URL(`${entry.name}/definition.js`, folder);
    const module: unknown = await import(url.href);
    if (!hasDefinition(module)) throw new Error(`expected ${url.pathname} to export a task as "definition"`);
    const { definition } = module;
    if (catalogue.has(definition.name)) throw new Error(`two tasks are named "${definition.name}"; rename one`);
    catalogue.set(definition.name, definition);
  }
  return catalogue;
}

function hasDefinition(module: unknown): module is { definition: TaskDefinition } {
  if (typeof module !== 'object' || module === null || !('definition' in module)) return false;
  const { definition } = module;
  return typeof definition === 'object' && definition !== null && 'name' in definition && 'load' in definition;
}
