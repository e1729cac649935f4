import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { type AppProcess, startProcess } from '../../helpers/child.js';
import type { CarrierKind } from '../../helpers/platform.js';
import type { BenchServer } from '../load/server.js';
import { benchQueue, writeBenchTasks } from './bench-tasks.js';
import { folderOf, migrate, openBuildQueue } from './build.js';
import { addInPortions } from './bullmq-queue.js';
import { probeEnvironment, type Workers } from './cost.js';
import type { BenchDatabase } from './database.js';
import type { Build, RunsOptions } from './options.js';
import { openStores, type Stores } from './stores.js';
import { endProcesses, refuseDead, startProcesses } from './worker-processes.js';

/** What all measurements of a bench share. */
export interface Bench {
  readonly server: BenchServer;
  readonly workDir: string;
  readonly options: RunsOptions;
}

/** A build's workers over an empty database and, where it is the carrier, an empty Redis. */
export interface BenchPlatform extends Workers {
  /** Starts the worker processes and waits until they are ready. */
  start(): Promise<void>;
  /** Records runs of a task as the API does, and adds their jobs. */
  record(task: string, input: object, count: number): Promise<string[]>;
  /** Keeps workers from taking jobs, or lets them. */
  hold(isHeld: boolean): Promise<void>;
  /**
   * Waits until no run is open.
   * @throws Error when one did not succeed, a worker has ended, or it takes longer than `--limit`
   */
  ended(): Promise<void>;
  close(): Promise<void>;
}

/** As the supervisor starts workers. */
const nodeOptions = ['--enable-source-maps', '--initial-old-space-size=128'];
/** Between two looks, which cost the server something. */
const lookMs = 200;

/** Prepares a build; nothing runs yet but the servers. */
export async function openBenchPlatform(bench: Bench, build: Build, carrier: CarrierKind): Promise<BenchPlatform> {
  const folder = join(bench.workDir, 'platform');
  await rm(folder, { recursive: true, force: true });
  const stores = await openStores(bench.server, carrier);
  try {
    return await prepare(bench, folderOf(build), folder, stores);
  } catch (error) {
    await stores.close();
    throw error;
  }
}

async function prepare(bench: Bench, checkout: string, folder: string, stores: Stores): Promise<BenchPlatform> {
  const { database, redis } = stores;
  for (const name of ['inbox', 'data']) await mkdir(join(folder, name), { recursive: true });
  await writeBenchTasks(join(folder, 'tasks'), checkout);
  const env: NodeJS.ProcessEnv = {
    ...bench.options.env,
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    DATABASE_URL: database.url,
    TASKS_DIR: join(folder, 'tasks'),
    INBOX_DIR: join(folder, 'inbox'),
    DATA_DIR: join(folder, 'data'),
    LOG_FORMAT: 'json',
    ...(redis ? { REDIS_URL: redis.url } : {}),
  };
  await migrate(checkout, env, folder);
  const queue = await openBuildQueue(checkout, benchQueue, { databaseUrl: database.url, redisUrl: redis?.url });
  const probes = join(folder, 'probes');
  const processes: AppProcess[] = [];
  return {
    database,
    redis,
    processes,
    probes,
    stop: () => endProcesses(processes),
    async start() {
      const entry = join(checkout, 'dist/apps/worker/main.js');
      const settings = { env: { ...env, ...(await probeEnvironment(probes)) }, cwd: folder, execArgv: nodeOptions };
      await startProcesses(processes, (index) => startProcess(entry, `worker-${index + 1}`, settings));
    },
    async record(task, input, count) {
      const ids = await recordRuns(database, task, input, count);
      await addInPortions(
        queue,
        ids.map((id) => ({ name: task, data: { runId: id }, opts: { jobId: id, priority: 0, delay: 0 } })),
      );
      return ids;
    },
    hold: (isHeld) => (isHeld ? queue.pause() : queue.resume()),
    ended: () => waitUntilEnded(database, processes, bench.options.limitMs),
    async close() {
      await endProcesses(processes);
      await queue.close();
      await stores.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function recordRuns(database: BenchDatabase, task: string, input: object, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuidv7());
  await database.query(
    `INSERT INTO ops.run (id, task, queue, state, trigger, input, priority, max_attempts, delay_ms, root_id)
     SELECT id, $2, $3, 'queued', 'api', $4::jsonb, 0, 1, 0, id FROM unnest($1::uuid[]) AS id`,
    [ids, task, benchQueue, JSON.stringify(input)],
  );
  return ids;
}

async function waitUntilEnded(
  database: BenchDatabase,
  processes: readonly AppProcess[],
  limitMs: number,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const [found] = await database.query<{ open: boolean; failed: string | null }>(
      `SELECT EXISTS (SELECT FROM ops.run WHERE state IN ('queued', 'delayed', 'waiting', 'running')) AS open,
         (SELECT error->>'message' FROM ops.run WHERE state = 'failed' LIMIT 1) AS failed`,
    );
    if (typeof found?.failed === 'string') throw new Error(`a run failed: ${found.failed}`);
    if (found?.open === false) return;
    if (performance.now() > deadline) throw new Error(`not done after ${limitMs / 1000} s`);
    refuseDead(processes);
    await pause(lookMs);
  }
}
