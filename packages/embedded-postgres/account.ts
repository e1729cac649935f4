import { spawnSync } from 'node:child_process';
import { SetupError } from '#contracts/errors.js';

/** The system user that runs PostgreSQL when Millrace itself is root, because PostgreSQL refuses root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Undefined when this process is not root: PostgreSQL then runs as the same user. As root: who owns the existing
 * cluster, else `postgres`, else `nobody`. No user is created.
 * @throws SetupError when there is no such user
 */
export function chooseAccount(owner: { uid: number; gid: number } | undefined): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (owner && owner.uid !== 0) return { name: `user ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  for (const name of ['postgres', 'nobody']) {
    const uid = idOf('-u', name);
    const gid = idOf('-g', name);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { name, uid, gid };
  }
  throw new SetupError(
    'PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody to run it; ' +
      'start Millrace as a plain user, or set DATABASE_URL to a server of yours',
  );
}

/** Whether the account can enter the folder, through all folders above it. */
export function canEnter(account: Account, folder: string): boolean {
  return runAs(account, '/bin/sh', ['-c', 'cd "$1"', 'sh', folder]).status === 0;
}

/** Runs a short command as the account (as ourselves if undefined) and waits for it. */
export function runAs(account: Account | undefined, command: string, args: readonly string[]) {
  return spawnSync(command, args, { ...identity(account), cwd: '/', env: serverEnvironment, encoding: 'utf8' });
}

/** The spawn options that make a child process run as the account. */
export function identity(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

/** PostgreSQL's programs get none of our environment: PGDATA, PGPORT, LC_* and the like would change what they do. */
export const serverEnvironment: NodeJS.ProcessEnv = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
  const id = Number.parseInt(stdout ?? '', 10);
  return status === 0 && Number.isSafeInteger(id) ? id : undefined;
}
