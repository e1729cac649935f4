import type { AppProcess } from '../../helpers/child.js';

/** Worker processes of whoever is measured. */
export const workerProcesses = 2;

/**
 * Starts all of them and waits until they are ready.
 * @param processes gets those that have started, also when another has not
 * @param start starts one; its index is from 0
 */
export async function startProcesses(
  processes: AppProcess[],
  start: (index: number) => Promise<AppProcess>,
): Promise<void> {
  const starts = await Promise.allSettled(Array.from({ length: workerProcesses }, (_, index) => start(index)));
  for (const each of starts) if (each.status === 'fulfilled') processes.push(each.value);
  for (const each of starts) if (each.status === 'rejected') throw each.reason;
}

/** @throws Error with the last lines of a process that has ended */
export function refuseDead(processes: readonly AppProcess[]): void {
  const dead = processes.find(({ child }) => child.exitCode !== null || child.signalCode !== null);
  if (dead) throw new Error(`${dead.name} ended: ${dead.lines().slice(-10).join('\n')}`);
}

/** Asks processes to end, and insists after a while. Idempotent. */
export async function endProcesses(processes: readonly AppProcess[]): Promise<void> {
  await Promise.all(
    processes.map(async ({ child, exited }) => {
      child.kill('SIGTERM');
      const impatience = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await exited;
      clearTimeout(impatience);
    }),
  );
}
