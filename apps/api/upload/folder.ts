import { constants, existsSync } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { HttpProblem } from '../http/problem.js';
import { hasCode, inWords } from './upload-errors.js';

/** A folder that is held open until it is closed. */
export interface HeldFolder {
  /**
   * Leads to this very folder, even while another program puts a link in its place: Linux names open files below
   * /proc/self/fd. Where there is no such thing it is the folder's path.
   */
  readonly path: string;
  /** Who may do what in it, as the nine bits of a mode: who reads the inbox is to read what is uploaded to it. */
  readonly mode: number;
  /** Makes the names in it survive a power cut, where folders can be synced at all. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a folder below the inbox, and makes it if it is not there. Links below the inbox are not followed at any step:
 * each folder is made in, and opened from, the one above it, which is held open meanwhile.
 * @param names the folders on the way from the inbox, each without separators
 * @throws HttpProblem 409 when the folder is not below the inbox in the end; errors of the file system
 */
export async function openFolder(inbox: string, names: readonly string[]): Promise<HeldFolder> {
  await mkdir(inbox, { recursive: true });
  const root = await realpath(inbox);
  let folder = await holdFolder(root);
  try {
    for (const name of names) {
      const child = await openChild(folder, name);
      await folder.close();
      folder = child;
    }
    const real = await realpath(folder.path);
    if (real === root || real.startsWith(root === sep ? sep : root + sep)) return folder;
    throw new HttpProblem('folder-unusable', `${inWords(names.join('/'))} leads out of the inbox`);
  } catch (error) {
    await folder.close();
    throw error;
  }
}

/** Opens a folder in one that is held, and makes it like that one if it is not there. @throws errors of the file system */
export async function openChild(folder: HeldFolder, name: string): Promise<HeldFolder> {
  const path = join(folder.path, name);
  try {
    await mkdir(path);
    // Our own mask would keep it to ourselves.
    await chmod(path, folder.mode);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  return await holdFolder(path);
}

/** Opens a folder that is there. A link in its place is ENOTDIR or ELOOP. */
export async function holdFolder(path: string): Promise<HeldFolder> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const byHandle = `/proc/self/fd/${handle.fd}`;
  return {
    path: existsSync(byHandle) ? byHandle : path,
    mode: (await handle.stat()).mode & 0o777,
    sync: () => syncFolder(handle),
    close: () => handle.close(),
  };
}

async function syncFolder(handle: FileHandle): Promise<void> {
  try {
    await handle.sync();
  } catch (error) {
    if (!hasCode(error, 'EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP')) throw error;
  }
}
