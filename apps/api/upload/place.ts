import { link, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { conflict } from '../http/problem.js';

/** A file that lies complete beside the inbox's watched names, waiting for its place. */
export interface StagedFile {
  /** Where it lies now. */
  readonly staged: string;
  /** The name it gets. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Moves staged files into a folder of the inbox, each appearing complete or not at all. Without `overwrite` a name that
 * exists refuses them all, and those already placed are taken back.
 * @returns the paths below the inbox, with `/` between folders
 * @throws HttpProblem 409 when a name is taken, or the folder leads out of the inbox
 */
export async function placeFiles(
  inbox: string,
  folder: string,
  files: readonly StagedFile[],
  overwrite: boolean,
): Promise<string[]> {
  const target = await openFolder(inbox, folder);
  const placed: string[] = [];
  try {
    for (const { staged, name } of files) {
      const path = folder === '' ? name : `${folder}/${name}`;
      await (overwrite ? replace : placeNew)(staged, join(target, name), path);
      if (!overwrite) placed.push(join(target, name));
    }
  } catch (error) {
    await Promise.all(placed.map((path) => rm(path, { force: true })));
    throw error;
  }
  await syncFolder(target);
  return files.map(({ name }) => (folder === '' ? name : `${folder}/${name}`));
}

async function openFolder(inbox: string, folder: string): Promise<string> {
  const path = join(inbox, folder);
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if (hasCode(error, 'ENOTDIR', 'EEXIST'))
      throw conflict(`expected “${folder}” to be a folder of the inbox, but a file lies there`);
    throw error;
  }
  // A link in the inbox may point anywhere; following it would write outside.
  const [root, real] = await Promise.all([realpath(inbox), realpath(path)]);
  if (real !== root && !real.startsWith(root + sep)) throw conflict(`the folder “${folder}” leads out of the inbox`);
  return real;
}

/** Gives the staged file its name, if nothing has it: a link, unlike a rename, never replaces. */
async function placeNew(staged: string, target: string, path: string): Promise<void> {
  try {
    await link(staged, target);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw taken(path);
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    await claimAndRename(staged, target, path);
    return;
  }
  await rm(staged, { force: true });
}

/** For file systems without links: takes the name with an empty file, then renames over that. */
async function claimAndRename(staged: string, target: string, path: string): Promise<void> {
  try {
    await (await open(target, 'wx')).close();
  } catch (error) {
    throw hasCode(error, 'EEXIST') ? taken(path) : error;
  }
  await rename(staged, target);
}

async function replace(staged: string, target: string, path: string): Promise<void> {
  try {
    await rename(staged, target);
  } catch (error) {
    if (hasCode(error, 'EISDIR', 'ENOTEMPTY', 'EEXIST')) throw conflict(`a folder named “${path}” lies in the inbox`);
    throw error;
  }
}

const taken = (path: string) =>
  conflict(`“${path}” lies in the inbox already; give it another name, or replace it with ?overwrite=true`);

/** Makes the new names survive a power cut, where folders can be synced at all. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    if (!hasCode(error, 'EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP')) throw error;
  } finally {
    await folder.close();
  }
}

/** Whether an error of the file system has one of the codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}
