import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '#contracts/errors.js';
import { runAs } from './account.js';
import type { Place } from './place.js';

/** The one role of the embedded server, its owner. */
export const roleName = 'millrace';

/**
 * Makes sure that the place holds a cluster that its binaries can open, creating one on the first start.
 * @returns its password
 * @throws SetupError for a cluster of another PostgreSQL version, or one whose password is lost
 */
export async function provideCluster({
  folder,
  account,
  binaries,
}: Place): Promise<{ data: string; password: string }> {
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  const version = await readIfThere(join(data, 'PG_VERSION'));
  const password = (await readIfThere(passwordFile))?.trim();
  if (version !== undefined) {
    if (version.trim() !== binaries.major) {
      throw new SetupError(
        `${data} was made by PostgreSQL ${version.trim()}, but PostgreSQL ${binaries.major} is installed; ` +
          'dump it with the old version and restore it, or move that folder away to start with an empty database',
      );
    }
    if (!password) {
      throw new SetupError(
        `${passwordFile}: expected the password of the cluster in ${data}, got none; put the file back`,
      );
    }
    return { data, password };
  }

  const newPassword = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, `${newPassword}\n`, { mode: 0o600 });
  // initdb works beside the final name, so that one that was interrupted is never taken for a cluster.
  const draft = join(folder, 'data.new');
  const handover = join(folder, 'password.new');
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    await writeFile(handover, `${newPassword}\n`, { mode: 0o600 });
    if (account) for (const path of [draft, handover]) await chown(path, account.uid, account.gid);
    const { status, stderr, error } = runAs(account, join(binaries.folder, 'bin', 'initdb'), [
      `--pgdata=${draft}`,
      `--username=${roleName}`,
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
  return { data, password: newPassword };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new SetupError(`${path} cannot be read: ${String(error)}; start Millrace as the user who made it`, {
      cause: error,
    });
  }
}
