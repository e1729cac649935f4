import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '#contracts/error-codes.js';
import { SetupError } from '#contracts/errors.js';
import { runAs } from './account.js';
import type { ServerLocation } from './location.js';
import { type Passwords, superuserName } from './roles.js';

/**
 * Makes sure that the location holds a cluster that its binaries can open, creating one on the first start.
 * @returns its passwords
 * @throws SetupError for a cluster of another PostgreSQL version
 */
export async function provideCluster({
  folder,
  account,
  binaries,
}: ServerLocation): Promise<{ data: string; passwords: Passwords }> {
  const data = join(folder, 'data');
  const version = await readIfThere(join(data, 'PG_VERSION'));
  const passwords = {
    role: await providePassword(join(folder, 'password')),
    superuser: await providePassword(join(folder, 'superuser-password')),
  };
  if (version !== undefined) {
    if (version.trim() !== binaries.major) {
      throw new SetupError(
        `${data} was made by PostgreSQL ${version.trim()}, but PostgreSQL ${binaries.major} is installed; ` +
          'dump it with the old version and restore it, or move that folder away to start with an empty database',
      );
    }
    return { data, passwords };
  }

  // initdb works beside the final name, so that one that was interrupted is never taken for a cluster.
  const draft = join(folder, 'data.new');
  const handover = join(folder, 'superuser-password.new');
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    await writeFile(handover, `${passwords.superuser}\n`, { mode: 0o600 });
    if (account) for (const path of [draft, handover]) await chown(path, account.uid, account.gid);
    const { status, stderr, error } = runAs(account, join(binaries.folder, 'bin', 'initdb'), [
      `--pgdata=${draft}`,
      `--username=${superuserName}`,
      `--pwfile=${handover}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Code-point order with Unicode case rules, the same on every machine whatever locales it has.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
    ]);
    if (status !== 0) {
      throw new SetupError(
        `the embedded PostgreSQL could not be set up in ${folder}: ${error?.message ?? stderr.trim()}`,
      );
    }
    await rename(draft, data);
  } finally {
    await rm(handover, { force: true });
  }
  return { data, passwords };
}

/** The password of a file; a new one when there is none. */
async function providePassword(path: string): Promise<string> {
  const kept = (await readIfThere(path))?.trim();
  if (kept) return kept;
  const made = randomBytes(24).toString('base64url');
  await writeFile(path, `${made}\n`, { mode: 0o600 });
  return made;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new SetupError(`${path} cannot be read: ${String(error)}; start Millrace as the user who made it`, {
      cause: error,
    });
  }
}
