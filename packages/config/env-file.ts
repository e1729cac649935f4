import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { isMissing } from '#contracts/error-codes.js';
import { messageOf, SetupError } from '#contracts/errors.js';

/**
 * The environment with the settings of the folder's `.env` beneath it: a variable that the real environment names
 * wins, even when it is empty there. Nothing is changed in place. Without a `.env` the environment is returned as is.
 * @throws SetupError when `.env` is there but cannot be read
 */
export function loadEnvFile(env: NodeJS.ProcessEnv, folder: string = process.cwd()): NodeJS.ProcessEnv {
  const path = join(folder, '.env');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return { ...env };
    throw new SetupError(`${path}: expected a readable file, got: ${messageOf(error)}`, { cause: error });
  }
  return { ...parse(text), ...env };
}
