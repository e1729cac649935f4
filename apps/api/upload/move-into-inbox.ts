import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, link, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HttpProblem } from '../http/problem.js';
import { type HeldFolder, openFolder } from './folder.js';
import { sweep } from './sweep.js';
import { explainUploadError, hasCode } from './upload-errors.js';

/** A file that lies complete beside the inbox's watched names, until it is moved. */
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
 * exists refuses them all, and those already moved are removed again.
 * @returns the paths below the inbox, with `/` between folders
 * @throws HttpProblem 409 when a name is taken, or the folder cannot be written in or leads out of the inbox; 507 when
 * its disk is full
 */
export async function moveIntoInbox(
  inbox: string,
  folder: string,
  files: readonly StagedFile[],
  overwrite: boolean,
): Promise<string[]> {
  try {
    const target = await openFolder(inbox, folder === '' ? [] : folder.split('/'));
    try {
      return await moveInto(target, folder, files, overwrite);
    } finally {
      await target.close();
    }
  } catch (error) {
    throw explainUploadError(error, folder);
  }
}

async function moveInto(
  target: HeldFolder,
  folder: string,
  files: readonly StagedFile[],
  overwrite: boolean,
): Promise<string[]> {
  const pathOf = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
  const moved: string[] = [];
  const give = async (staged: string, path: string, name: string): Promise<void> => {
    await chmod(staged, target.mode & 0o666);
    await (overwrite ? replace : linkNew)(staged, path, name);
  };
  try {
    for (const { staged, name } of files) {
      try {
        await give(staged, join(target.path, name), pathOf(name));
      } catch (error) {
        if (!hasCode(error, 'EXDEV')) throw error;
        await fromNear(target, staged, (near) => give(near, join(target.path, name), pathOf(name)));
      }
      if (!overwrite) moved.push(join(target.path, name));
    }
  } catch (error) {
    await Promise.all(moved.map((path) => rm(path, { force: true })));
    throw error;
  }
  await target.sync();
  return files.map(({ name }) => pathOf(name));
}

/** Hidden, so that it is not watched. */
const nearPrefix = '.upload-';

/** For a folder on a file system of its own, to which nothing can be renamed: moves a copy that lies in that folder. */
async function fromNear(target: HeldFolder, staged: string, give: (near: string) => Promise<void>): Promise<void> {
  await sweep(target.path, nearPrefix);
  const near = join(target.path, `${nearPrefix}${randomUUID()}`);
  try {
    await copyFile(staged, near, constants.COPYFILE_EXCL);
    await using copy = await open(near, 'r+');
    await copy.sync();
    await give(near);
  } finally {
    await rm(near, { force: true });
  }
}

/** Gives the staged file its name, if nothing has it: a link, unlike a rename, never replaces. */
async function linkNew(staged: string, target: string, path: string): Promise<void> {
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
  try {
    await rename(staged, target);
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
}

async function replace(staged: string, target: string, path: string): Promise<void> {
  try {
    await rename(staged, target);
  } catch (error) {
    if (hasCode(error, 'EISDIR', 'ENOTEMPTY', 'EEXIST'))
      throw new HttpProblem('name-taken', `a folder named “${path}” lies in the inbox`);
    throw error;
  }
}

/** 409: the name is one of the inbox already. */
export const taken = (path: string): HttpProblem =>
  new HttpProblem(
    'name-taken',
    `“${path}” lies in the inbox already; give it another name, or replace it with overwrite=true`,
  );
