import { realpathSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { messageOf, SetupError } from '#contracts/errors.js';

/** The tasks that come with Millrace. */
export const ownTasksFolder = fileURLToPath(new URL('../tasks', import.meta.url));

/** The folder of one task, which has the task's name. */
export interface TaskFolder {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/**
 * The tasks of a folder, by name: each folder in it, but those that begin with a dot or `_` and `node_modules`.
 * @throws SetupError in one line when the folder cannot be read
 */
export async function listTaskFolders(folder: string): Promise<TaskFolder[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new SetupError(
      `TASKS_DIR: expected a folder that can be read, got ${folder} (${messageOf(cause)}); make it, or correct the setting`,
      { cause },
    );
  });
  const entries = await Promise.all(
    names
      .filter((name) => !/^[._]/.test(name) && name !== 'node_modules')
      .map(async (name) => ({ name, path: join(folder, name) }))
      .map(async (entry) => ({ ...(await entry), isFolder: (await stat((await entry).path)).isDirectory() })),
  );
  return entries.filter(({ isFolder }) => isFolder).sort((a, b) => (a.name < b.name ? -1 : 1));
}

const plainExtensions = ['js', 'mjs'];
/** What this Node imports by stripping the types off; 22.18 and newer do. */
const typedExtensions = ['ts', 'mts'];

/**
 * The file of a task's module; a compiled one goes before its source. Undefined when there is none.
 * @throws SetupError in one line when there is only one that this Node does not run
 */
export async function findTaskModule(folder: string, module: 'definition' | 'body'): Promise<string | undefined> {
  for (const extension of [...plainExtensions, ...typedExtensions]) {
    const path = join(folder, `${module}.${extension}`);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true) continue;
    if (plainExtensions.includes(extension) || stripsTypes()) return path;
    throw new SetupError(
      `${path}: expected a compiled ${module}.js beside it, since Node ${process.versions.node} does not run TypeScript; ` +
        'compile it with tsc, or use Node 22.18 or newer',
    );
  }
  return undefined;
}

const stripsTypes = (): boolean => Boolean('typescript' in process.features && process.features.typescript);

/** Imports a task's module. @throws SetupError in one line that names the file */
export async function importTaskModule(path: string): Promise<object> {
  try {
    const module: unknown = await import(pathToFileURL(path).href);
    return typeof module === 'object' && module !== null ? module : {};
  } catch (cause) {
    const [reason] = messageOf(cause).split('\n');
    const hint = reason?.includes("package 'millrace'")
      ? '; install millrace in the project that this folder belongs to, and start it there (npx millrace start)'
      : '';
    throw new SetupError(`${path}: expected a module that can be imported, got: ${reason}${hint}`, { cause });
  }
}

const ownEntry = realpathSync(fileURLToPath(new URL('../millrace/index.js', import.meta.url)));

/**
 * Refuses a folder from which `millrace` is another copy of this package than the one that runs: its errors and loaders
 * are others, so that a bad file would be taken for a passing fault. A folder from which there is none is let pass; what
 * imports it there fails by itself.
 * @throws SetupError in one line
 */
export function refuseOtherCopy(folder: string): void {
  let entry: string;
  try {
    entry = realpathSync(createRequire(join(realpathSync(folder), 'definition.js')).resolve('millrace'));
  } catch {
    return;
  }
  if (entry === ownEntry) return;
  throw new SetupError(
    `${folder}: expected that it imports the Millrace that runs, ${ownEntry}, but "millrace" is ${entry} there; ` +
      'start that one (npx millrace start), or keep the tasks in the project where this one is installed',
  );
}
