import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { messageOf } from '#contracts/errors.js';
import { type Finding, failure, ok, warning } from './finding.js';

/** Below this the embedded PostgreSQL may stop in the middle of a load. */
const minFreeBytes = 2 ** 30;
/** PostgreSQL keeps a tenth of the free disk for what it writes ahead; less than this is soon full. */
const fewFreeBytes = 10 * 2 ** 30;

/** Whether the inbox is there and can be read. Only the API writes to it. */
export async function checkInbox(folder: string): Promise<Finding> {
  const fault = await folderProblem(folder, constants.R_OK | constants.X_OK);
  if (fault === 'missing') return warning('inbox', `${folder} is not there yet; the start makes it`);
  if (fault !== undefined) {
    return failure(
      'inbox',
      `INBOX_DIR: user ${userInfo().username} cannot read ${folder} (${fault}); give that user the right`,
    );
  }
  return ok('inbox', `${folder} can be read`);
}

/** Whether the data folder can be written, and by no other user be read. */
export async function checkDataFolder(folder: string): Promise<Finding> {
  const fault = await folderProblem(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  if (fault === 'missing') return ok('data', `${folder} is not there yet; the start makes it`);
  if (fault !== undefined) {
    return failure(
      'data',
      `DATA_DIR: user ${userInfo().username} cannot write ${folder} (${fault}); give that user the folder`,
    );
  }
  const mode = (await stat(folder)).mode & 0o777;
  if ((mode & 0o047) !== 0) {
    const shown = mode.toString(8);
    return warning(
      'data',
      `${folder} has mode ${shown}, so other users can read it; passwords lie there: chmod 700 ${folder}`,
    );
  }
  return ok('data', `${folder} can be written, by this user alone`);
}

/** How much is free where the data is, or will be. */
export async function checkDisk(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearestFolder(folder));
  const free = bavail * bsize;
  const words = `${(free / 2 ** 30).toFixed(1)} GiB are free for ${folder}`;
  if (free < minFreeBytes) return failure('disk', `${words}; free some, at least ${minFreeBytes / 2 ** 30} GiB`);
  return free < fewFreeBytes ? warning('disk', `${words}, which large loads fill`) : ok('disk', words);
}

async function nearestFolder(folder: string): Promise<string> {
  for (let path = folder; ; path = dirname(path)) {
    if ((await stat(path).catch(() => undefined))?.isDirectory() === true || path === dirname(path)) return path;
  }
}

async function folderProblem(folder: string, rights: number): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) return 'missing';
  if (!found.isDirectory()) return 'it is no folder';
  return await access(folder, rights).then(
    () => undefined,
    (error: unknown) => messageOf(error),
  );
}
