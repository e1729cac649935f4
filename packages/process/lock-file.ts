import { spawnSync } from 'node:child_process';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { codeOf } from '#contracts/error-codes.js';
import { SetupError } from '#contracts/errors.js';

/** A held lock; `release` is idempotent. */
export interface FileLock {
  release(): void;
}

/**
 * Takes a lock that ends with this process, however it ends: a file that names the process. A file left by a process
 * that is gone is taken over; a process number that was given to another program since then is recognised on Linux by
 * its start time.
 * @param what what only one process may have, for the message
 * @throws SetupError naming the process that holds it
 */
export function takeFileLock(path: string, what: string): FileLock {
  const mine = describeProcess(process.pid);
  const draft = `${path}.${process.pid}`;
  // A link appears complete or not at all, and fails when the name is taken: no reader sees half of it.
  writeFileSync(draft, mine);
  try {
    for (let tries = 0; !tryLink(draft, path); tries++) {
      const holder = readHolder(path);
      if (holder !== undefined && (tries >= 3 || isRunning(holder))) {
        throw new SetupError(
          `${what} is in use by process ${parsePid(holder) ?? '(unknown)'} (lock ${path}); ` +
            'stop that one first, or give this one another DATA_DIR',
        );
      }
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    release() {
      if (readHolder(path) === mine) rmSync(path, { force: true });
    },
  };
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parsePid(holder: string): number | undefined {
  const pid = Number.parseInt(holder, 10);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

/** Whether a process of this number exists, be it another user's. A zombie, dead but not yet reaped, does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
  return statOf(pid)?.state !== 'Z';
}

/**
 * `pid boot start-time`, which no other process ever has; on Linux in clock ticks since the boot (proc(5), field 22),
 * elsewhere `pid start-time` as ps(1) prints it. The number alone when the process is gone or the system does not say.
 */
export function describeProcess(pid: number): string {
  if (process.platform !== 'linux') return [pid, startTimeByPs(pid)].filter((part) => part !== undefined).join(' ');
  const startTime = statOf(pid)?.startTime;
  return startTime === undefined ? `${pid}` : `${pid} ${bootId()} ${startTime}`;
}

/** When a process was started, as in `Sat Nov 21 16:43:19 2026`; undefined when it is gone or there is no ps. */
export function startTimeByPs(pid: number): string | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', `${pid}`], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  });
  return status === 0 ? stdout.trim() || undefined : undefined;
}

/** Whether a description says more than a number, which another program may have by now. */
export const isDistinct = (description: string): boolean => description.includes(' ');

/** Whether the process that `describeProcess` described is still there. */
export function isRunning(description: string): boolean {
  const pid = parsePid(description);
  return pid !== undefined && isAlive(pid) && describeProcess(pid) === description;
}

function statOf(pid: number): { state: string | undefined; startTime: string | undefined } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, the program's name, may contain spaces and brackets; the third one follows the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], startTime: fields[19] };
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}
