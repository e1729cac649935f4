import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '#contracts/errors.js';
import { type ModelDefinition, parseModelDefinition } from './definition.js';

/** A folder with a `model.json`. */
export interface ModelFolder {
  /** Absolute path. */
  readonly path: string;
  readonly definition: ModelDefinition;
}

/** Where the models that come with the project stand: beside the sources, for they are data and not compiled. */
const builtIns = fileURLToPath(new URL('../../../../packages/faces/models', import.meta.url));

/** Reads a model's folder; rejects with the file and what is wrong with it. */
export async function readModelFolder(path: string): Promise<ModelFolder> {
  const file = join(path, 'model.json');
  const text = await readFile(file, 'utf8');
  try {
    return { path, definition: parseModelDefinition(text) };
  } catch (error) {
    throw new Error(`${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** The models that come with the project, by name. */
export async function builtInModels(): Promise<ModelFolder[]> {
  const entries = await readdir(builtIns, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return await Promise.all(names.sort().map((name) => readModelFolder(join(builtIns, name))));
}

/** The text of the model's licence; undefined where the folder has none. */
export async function readLicenceText({ path, definition }: ModelFolder): Promise<string | undefined> {
  const { text } = definition.licence;
  return text === undefined ? undefined : await readFile(join(path, text), 'utf8');
}
