import { setTimeout as sleep } from 'node:timers/promises';
import { isDistinct, isRunning } from '#process/lock-file.js';
import type { Logger } from '#process/log.js';
import { readSupervisorState } from '#process/supervisor-state.js';

/** How long a killed process may take to be gone; the system does not end one that waits for a disk. */
const killedMs = 5_000;

/**
 * Ends the processes of an earlier supervisor that was killed. They stop by themselves, and have `maxMs` for it: until
 * then they hold the port of the API. One that does not stop hangs, and is killed. Only a process that is certainly the
 * one that was written down, by its number and start time, is touched. Not the embedded PostgreSQL, which does not stop
 * by itself: its own start deals with it.
 */
export async function endEarlierRun(dataDir: string, maxMs: number, log: Pick<Logger, 'warn'>): Promise<void> {
  const processes = readSupervisorState(dataDir)?.processes ?? [];
  const left = () =>
    processes.filter(({ name, identity }) => name !== 'postgres' && identity !== null && isRunning(identity));
  const awaitEnd = async (ms: number): Promise<void> => {
    for (const until = performance.now() + ms; left().length > 0 && performance.now() < until; ) await sleep(100);
  };
  if (left().length === 0) return;
  log.warn('waiting for the processes of an earlier run, whose supervisor was killed, to stop');
  await awaitEnd(maxMs);
  for (const { name, pid, identity } of left()) {
    if (pid === null || identity === null || !isDistinct(identity)) continue;
    log.warn(`killing ${name} (process ${pid}) of an earlier run, which did not stop within ${maxMs} ms`);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended in between, or is another user's; the check of the port finds out.
    }
  }
  await awaitEnd(killedMs);
}
