import { type BigIntStats, constants, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { sep } from 'node:path';

/**
 * How files of the inbox are opened for reading: no symbolic link, which could have taken the file's place, and no
 * waiting for the writer of a pipe. Windows knows neither.
 */
export const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Which file it is on its machine, whatever its path: `<device>:<inode>`. */
export const identityOf = ({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string => `${dev}:${ino}`;

/** Where inboxes really are, by their paths in the settings: those may be or lie below symbolic links. */
const roots = new Map<string, string>();

/**
 * Whether an open file is the one that lies at a path of the inbox, with no symbolic link on the way to it from the
 * inbox on. So nothing is read from outside, also when a folder of the path was replaced by a link, or is replaced to
 * and fro. (A hard link cannot be distinguished from the file itself.)
 *
 * Linux says where an open file lies, which costs one quick system call. Elsewhere, and in doubt, the path is resolved
 * and must lead to the open file. Blocks, for some microseconds on Linux.
 * @param path below the inbox, `/` between folders
 */
export function liesInside(descriptor: number, stats: BigIntStats, inboxDir: string, path: string): boolean {
  const known = roots.get(inboxDir);
  if (known !== undefined && pathOf(descriptor) === below(known, path)) return true;
  try {
    const root = realpathSync.native(inboxDir);
    roots.set(inboxDir, root);
    const location = below(root, path);
    if (realpathSync.native(location) !== location) return false;
    return identityOf(lstatSync(location, { bigint: true })) === identityOf(stats);
  } catch {
    return false;
  }
}

/**
 * The state of what lies at a path of the inbox; undefined when nothing does, or it is only reached by a symbolic link.
 */
export async function statInside(inboxDir: string, path: string): Promise<BigIntStats | undefined> {
  try {
    const location = below(await realpath(inboxDir), path);
    if ((await realpath(location)) !== location) return undefined;
    return await lstat(location, { bigint: true });
  } catch {
    return undefined;
  }
}

/** Not `join`, which would resolve `..`. */
const below = (root: string, path: string): string =>
  (root.endsWith(sep) ? root : root + sep) + (sep === '/' ? path : path.split('/').join(sep));

/** See proc_pid_fd(5). */
function pathOf(descriptor: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return undefined;
  }
}
