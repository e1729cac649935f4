import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type AppProcess, startProcess } from '../../../helpers/child.js';
import type { CarrierKind } from '../../../helpers/platform.js';
import { measureCost, probeEnvironment } from '../cost.js';
import type { Found } from '../noop.js';
import type { Bench } from '../platform.js';
import { openStores } from '../stores.js';
import { endProcesses, refuseDead, startProcesses } from '../worker-processes.js';
import type { AddedJobs, Peer } from './peer.js';
import { isProgress, type PeerTask } from './progress.js';

/** Between two looks at what is left once all jobs have done their work. */
const lookMs = 10;

/** Throughput of a peer's no-op jobs, all there before a worker takes the first. */
export async function measurePeer(bench: Bench, peer: Peer, carrier: CarrierKind, packages: string): Promise<Found> {
  const { server, workDir, options } = bench;
  const jobs = options.runs[peer.name];
  const stores = await openStores(server, carrier);
  const { database, redis } = stores;
  const probes = join(workDir, 'probes');
  const task: PeerTask = { peer: peer.name, databaseUrl: database.url, redisUrl: redis?.url, packages };
  const processes: AppProcess[] = [];
  let added: AddedJobs | undefined;
  try {
    added = await peer.add(task, jobs);
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...(await probeEnvironment(probes)) };
    const entry = fileURLToPath(new URL('./worker.js', import.meta.url));
    await startProcesses(processes, () => startProcess(entry, JSON.stringify(task), { env }));
    await database.settle();
    const { left } = added;
    const workers = { database, redis, processes, probes, stop: () => endProcesses(processes) };
    const { result, figures, statements } = await measureCost(server, workers, jobs, () =>
      work(processes, jobs, left, options.limitMs),
    );
    return { figures: { seconds: result, rate: jobs / result, ...figures }, statements };
  } finally {
    await endProcesses(processes);
    await added?.close();
    await stores.close();
  }
}

/** Lets the processes work and waits until all jobs are completed. @returns seconds from the first job's begin */
async function work(
  processes: readonly AppProcess[],
  jobs: number,
  left: () => Promise<number>,
  limitMs: number,
): Promise<number> {
  const progress = processes.map(() => ({ begin: Number.POSITIVE_INFINITY, done: 0 }));
  for (const [index, { child }] of processes.entries()) {
    child.on('message', (message) => {
      if (isProgress(message)) progress[index] = message;
    });
    child.send('begin');
  }
  const deadline = performance.now() + limitMs;
  const isDone = async (): Promise<boolean> =>
    progress.reduce((sum, { done }) => sum + done, 0) >= jobs && (await left()) === 0;
  while (!(await isDone())) {
    if (performance.now() > deadline) throw new Error(`not done after ${limitMs / 1000} s`);
    refuseDead(processes);
    await pause(lookMs);
  }
  return (Date.now() - Math.min(...progress.map(({ begin }) => begin))) / 1000;
}
