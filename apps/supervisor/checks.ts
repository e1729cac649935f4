import { constants, mkdirSync } from 'node:fs';
import { access, chmod, rm, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { messageOf, SetupError } from '#contracts/errors.js';
import type { Logger } from '#process/log.js';

/**
 * Makes the inbox and sees that files can be read from it and uploads written to it.
 * @param umask for the folders that are made: the user's own, because others may be meant to drop files there
 * @throws SetupError in one line
 */
export async function provideInbox(folder: string, umask: number): Promise<void> {
  await provide('INBOX_DIR', folder, umask, () => access(folder, constants.R_OK | constants.W_OK | constants.X_OK));
}

/**
 * Makes the data folder, closes it to other users, and writes a file to try it (root passes every check of modes, yet
 * not a read-only disk).
 * @throws SetupError in one line
 */
export async function provideDataFolder(folder: string, log: Pick<Logger, 'warn'>): Promise<void> {
  await provide('DATA_DIR', folder, 0o077, async () => {
    const probe = join(folder, `.probe-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
    await makePrivate(folder, log);
  });
}

/** As root the group may keep the right to pass: the account of the embedded PostgreSQL has it (`chooseLocation`). */
async function makePrivate(folder: string, log: Pick<Logger, 'warn'>): Promise<void> {
  const { mode } = await stat(folder);
  const wanted = 0o700 | (process.getuid?.() === 0 ? mode & 0o010 : 0);
  if ((mode & 0o777) === wanted) return;
  try {
    await chmod(folder, wanted);
  } catch (error) {
    const found = (mode & 0o777).toString(8);
    log.warn(
      `DATA_DIR: expected a folder for this user alone (mode 700), got ${folder} with mode ${found}, which cannot be changed ` +
        `(${messageOf(error)}); take the rights of other users away, because copies of images and passwords lie there`,
    );
  }
}

async function provide(variable: string, folder: string, umask: number, probe: () => Promise<void>): Promise<void> {
  try {
    const own = process.umask(umask);
    try {
      mkdirSync(folder, { recursive: true });
    } finally {
      process.umask(own);
    }
    await probe();
  } catch (cause) {
    throw new SetupError(
      `${variable}: expected a folder that user ${userInfo().username} can read and write, got ${folder} ` +
        `(${messageOf(cause)}); give that user the folder, or set ${variable} to another one`,
      { cause },
    );
  }
}
