import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from '#contracts/errors.js';
import { isAlive } from '#process/lock-file.js';

/**
 * Ends what an earlier server left behind in this cluster, so that a new one can start: a whole server whose
 * supervisor was killed, or backends whose postmaster was killed. The caller holds the lock of the location, so none of
 * them belongs to a Millrace that runs.
 * @param data the cluster, with symbolic links resolved
 */
export async function endLeftovers(data: string, log: (message: string) => void): Promise<void> {
  const postmaster = readPostmasterPid(data);
  if (postmaster !== undefined && isAlive(postmaster) && mayServe(postmaster, data)) {
    log(`stopping the PostgreSQL server ${postmaster} that an earlier run left behind`);
    await end([postmaster], ['SIGINT', 'SIGQUIT', 'SIGKILL']);
  }
  const orphans = processesIn(data);
  if (orphans.length > 0) {
    log(`ending ${orphans.length} PostgreSQL processes without their server`);
    await end(orphans, ['SIGQUIT', 'SIGKILL']);
  }
  // Its number may be another program's by now, which PostgreSQL would take for a running server and refuse to start.
  const stale = readPostmasterPid(data);
  if (stale !== undefined && !(isAlive(stale) && mayServe(stale, data)))
    rmSync(join(data, 'postmaster.pid'), { force: true });
}

/** Sends the signals one after the other, each with some seconds to work, until none of the processes is left. */
async function end(pids: readonly number[], signals: readonly NodeJS.Signals[]): Promise<void> {
  for (const signal of signals) {
    for (const pid of pids.filter(isAlive)) {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended in between, or is not ours to signal; the latter shows below.
      }
    }
    for (const until = performance.now() + 10_000; performance.now() < until; await sleep(25)) {
      if (!pids.some(isAlive)) return;
    }
  }
  throw new SetupError(
    `process ${pids.filter(isAlive).join(', ')} of an earlier PostgreSQL does not end; end it by hand`,
  );
}

/** First line of `postmaster.pid`. */
function readPostmasterPid(data: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'latin1'), 10);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the process works in the cluster; where the system does not say, its number has to do. */
function mayServe(pid: number, data: string): boolean {
  return process.platform === 'linux' ? workingFolder(pid) === data : true;
}

/** PostgreSQL's processes have their cluster as working folder. Empty where the system does not say. */
function processesIn(data: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => workingFolder(pid) === data && programOf(pid).startsWith('postgres') && isAlive(pid));
}

function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
