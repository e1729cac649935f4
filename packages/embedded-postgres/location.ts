import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readlink, realpath, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, SetupError } from '#contracts/errors.js';
import { type Account, canEnter, chooseAccount } from './account.js';
import { type Binaries, provideBinaries } from './binaries.js';

/**
 * Where data and binaries go when Millrace is root and its data folder is private to root (a project in /root): the
 * account that runs PostgreSQL cannot reach anything there.
 */
const sharedHome = '/var/lib/millrace';

/** Everything about where and as whom an embedded server runs. */
export interface ServerLocation {
  /** `data/` is the cluster; password, port, lock and log lie beside it. `<DATA_DIR>/postgres` is or links to it. */
  readonly folder: string;
  readonly account: Account | undefined;
  readonly binaries: Binaries;
}

/**
 * Settles where the embedded server of a data folder lives, creating what is missing. Data that is not below the data
 * folder is linked from it, so removing the data folder means starting afresh, never meeting old data again.
 * @throws SetupError in one line when no location works
 */
export async function chooseLocation(dataDir: string): Promise<ServerLocation> {
  await mkdir(dataDir, { recursive: true });
  const link = join(dataDir, 'postgres');
  const existing = await findExisting(link);
  const owner = existing ? await stat(join(existing, 'data')).catch(() => undefined) : undefined;
  const account = chooseAccount(owner);
  // A link leads to where the account can go by itself.
  if (account && (existing === undefined || existing === join(await realpath(dataDir), 'postgres'))) {
    await letPass(dataDir, account);
  }
  const reachable = !account || canEnter(account, dataDir);

  try {
    const folder = existing ?? (reachable ? await createBeside(link) : await createShared(dataDir, link));
    await secure(folder, account);
    if (account && !canEnter(account, folder)) {
      throw new SetupError(
        `PostgreSQL runs as ${account.name} because Millrace is root, and that user cannot enter ${folder}; ` +
          'set DATA_DIR to a folder that it can reach, for example below /var/lib, or set DATABASE_URL',
      );
    }
    const binaries = await provideBinaries(account, async () => (reachable ? dataDir : await provideSharedHome()));
    return { folder, account, binaries };
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(
      `the folder for the embedded PostgreSQL of ${dataDir} cannot be prepared: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

async function findExisting(link: string): Promise<string | undefined> {
  const entry = await lstat(link).catch(() => undefined);
  if (!entry) return undefined;
  try {
    return await realpath(link);
  } catch (cause) {
    const target = await readlink(link).catch(() => 'its target');
    throw new SetupError(
      `the database of ${link} lay in ${target}, which cannot be opened (${messageOf(cause)}); ` +
        'put it back, start as the user who made it, or remove the link to start with an empty database',
      { cause },
    );
  }
}

async function createBeside(link: string): Promise<string> {
  await mkdir(link);
  return await realpath(link);
}

async function createShared(dataDir: string, link: string): Promise<string> {
  const mark = createHash('sha256').update(dataDir).digest('hex').slice(0, 8);
  const name = `${basename(dataDir).replace(/[^\w-]/g, '')}-${mark}-${randomBytes(3).toString('hex')}`;
  const folder = join(await provideSharedHome(), name);
  await mkdir(folder);
  await writeFile(join(folder, 'README'), `The embedded PostgreSQL of the Millrace data folder ${dataDir}.\n`);
  await symlink(folder, link);
  return folder;
}

async function provideSharedHome(): Promise<string> {
  await mkdir(sharedHome, { recursive: true });
  // Whatever root's umask was, the account passes through here.
  await chmod(sharedHome, 0o755);
  return sharedHome;
}

/** Lets the account, and no other user, pass through a data folder that it can come to. */
async function letPass(dataDir: string, account: Account): Promise<void> {
  if (!canEnter(account, dirname(dataDir))) return;
  await chown(dataDir, 0, account.gid);
  await chmod(dataDir, 0o710);
}

/** Nobody but us and, in passing, the account's group gets in; the password's own mode keeps the group out of it. */
async function secure(folder: string, account: Account | undefined): Promise<void> {
  if (account) await chown(folder, 0, account.gid);
  await chmod(folder, account ? 0o710 : 0o700);
}
