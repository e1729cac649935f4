import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from '#process/lock-file.js';
import type { Logger } from '#process/log.js';
import { readSupervisorState } from '#process/supervisor-state.js';

/**
 * Waits for the processes of an earlier supervisor that was killed: they stop by themselves, but hold the port of the
 * API until then. Gives up after `mostMs`; the check of the port tells the rest. The embedded PostgreSQL is not waited
 * for: it does not stop by itself, its own start deals with it.
 */
export async function awaitEarlierRun(dataDir: string, mostMs: number, log: Logger): Promise<void> {
  const processes = readSupervisorState(dataDir)?.processes ?? [];
  const isLeft = () =>
    processes.some(({ name, identity }) => name !== 'postgres' && identity !== null && isRunning(identity));
  if (!isLeft()) return;
  log.warn('waiting for the processes of an earlier run, whose supervisor was killed, to stop');
  for (const until = performance.now() + mostMs; isLeft() && performance.now() < until; ) await sleep(100);
}
