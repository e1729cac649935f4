import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf, SetupError } from '#contracts/errors.js';
import type { ModelDefinition } from './definition.js';
import { keepIfIntact, writeAtomically } from './store.js';

/** Where the file of a built-in model is kept. */
export function cachedPath(dataDir: string, definition: ModelDefinition): string {
  return resolve(join(dataDir, 'models', definition.file.name));
}

/** Whether a file of the model's length lies at `path`; its bytes are not read. */
export async function liesThere(path: string, definition: ModelDefinition): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && found.size === definition.file.bytes;
}

const refuse =
  (dataDir: string) =>
  (error: unknown): never => {
    throw new SetupError(
      `DATA_DIR: expected a folder that this user can read and write, got ${resolve(dataDir)} (${messageOf(error)}); correct it or its permissions.`,
      { cause: error },
    );
  };

/** True when the model is in the cache and whole; a file with other bytes is deleted and logged. */
export async function isCached(
  dataDir: string,
  definition: ModelDefinition,
  log: (message: string) => void,
): Promise<boolean> {
  const path = cachedPath(dataDir, definition);
  const { sha256 } = definition.file;
  return await keepIfIntact(path, sha256, (hash) =>
    log(`deleted ${path}: expected SHA-256 ${sha256.slice(0, 12)}…, got ${hash.slice(0, 12)}…`),
  ).catch(refuse(dataDir));
}

/** Puts a model's bytes, which the caller has checked, in the cache. */
export async function putInCache(dataDir: string, definition: ModelDefinition, bytes: Uint8Array): Promise<void> {
  await writeAtomically(cachedPath(dataDir, definition), bytes).catch(refuse(dataDir));
}
