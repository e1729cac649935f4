import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { YUNET_PATH } from '#faces/testing/shared.js';
import { readSupervisorState, type SupervisorState } from '#process/supervisor-state.js';
import { findFreePort } from '../../helpers/free-port.js';
import { startRedis, type TestRedis } from '../../helpers/redis.js';
import { waitFor } from '../../helpers/wait.js';
import { type ProcessReading, postgresRole } from '../process-figures.js';
import type { BenchOptions } from './options.js';
import type { BenchServer } from './server.js';

/** Millrace as `npm start` runs it, with its inbox and data in a folder of its own. */
export interface Product {
  readonly inbox: string;
  /** Its own, where that is the carrier. */
  readonly redis: TestRedis | undefined;
  /**
   * Starts the supervisor and waits until the watcher is ready.
   * @returns when that was, in milliseconds since 1970
   */
  start(): Promise<number>;
  /** The role of a process that belongs to it, the database's included. */
  roleOf(process: ProcessReading): string | undefined;
  /** What the supervisor knows of its processes. */
  state(): SupervisorState | undefined;
  /** The last lines that its processes wrote. */
  said(): Promise<string>;
  /** Stops everything and removes the folder. */
  stop(): Promise<void>;
}

/** How Millrace is to run. */
export interface ProductOptions extends Pick<BenchOptions, 'carrier' | 'workers' | 'env'> {
  /** Folder of the built checkout that is to run; default: this one. */
  readonly checkout?: string | undefined;
}

const thisCheckout = fileURLToPath(new URL('../../../..', import.meta.url));

/** Prepares Millrace in a folder that is made; nothing runs yet but a Redis, where that is the carrier. */
export async function prepareProduct(
  folder: string,
  server: BenchServer,
  databaseUrl: string,
  { carrier, workers, env, checkout = thisCheckout }: ProductOptions,
): Promise<Product> {
  const inbox = join(folder, 'inbox');
  const dataDir = join(folder, 'data');
  const logPath = join(folder, 'log');
  await mkdir(inbox, { recursive: true });
  await mkdir(dataDir);
  const redis = carrier === 'redis' ? await startRedis() : undefined;
  if (carrier === 'redis' && !redis) throw new Error('--carrier redis needs redis-server on the PATH');
  let supervisor: ChildProcess | undefined;
  const endWithUs = (): void => void supervisor?.kill('SIGKILL');

  const state = (): SupervisorState | undefined => readSupervisorState(dataDir);
  const said = async (): Promise<string> => (await readFile(logPath, 'utf8')).split('\n').slice(-40).join('\n');
  return {
    inbox,
    redis,
    state,
    said,
    async start() {
      const port = String(await findFreePort());
      const log = await open(logPath, 'a');
      supervisor = fork(join(checkout, 'dist/apps/supervisor/main.js'), {
        // Not in the project, whose `.env` is not meant for this.
        cwd: folder,
        execArgv: [],
        stdio: ['ignore', log.fd, log.fd, 'ipc'],
        env: {
          // Spares the search for one on the network, where no other is asked for.
          ...(existsSync(YUNET_PATH) ? { FACE_MODEL: YUNET_PATH } : {}),
          ...env,
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          DATABASE_URL: databaseUrl,
          INBOX_DIR: inbox,
          DATA_DIR: dataDir,
          PORT: port,
          LOG_FORMAT: 'json',
          ...(workers === undefined ? {} : { WORKERS: String(workers) }),
          ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
        },
      });
      await log.close();
      process.once('exit', endWithUs);
      return await waitFor(
        'the watcher is ready',
        async () => {
          if (supervisor?.exitCode !== null) throw new Error(`the supervisor ended:\n${await said()}`);
          const watcher = state()?.processes.find(({ name }) => name === 'watcher');
          return watcher?.state === 'running' ? Date.parse(watcher.since) : undefined;
        },
        { deadlineMs: 120_000, show: said },
      );
    },
    roleOf(reading) {
      if (reading.pid === supervisor?.pid) return 'supervisor';
      if (reading.pid === redis?.pid) return 'redis';
      if (reading.command.includes('/packages/faces/children/child.js')) return 'face detection';
      // A process has this name as its argument from its first moment on, before the supervisor writes its number.
      if (reading.parent === supervisor?.pid) return / (api|watcher|worker-\d+)$/.exec(reading.command)?.[1];
      return server.postmaster === undefined ? undefined : postgresRole(server.postmaster, reading);
    },
    async stop() {
      if (supervisor?.exitCode === null && supervisor.signalCode === null) {
        const exited = once(supervisor, 'exit');
        supervisor.kill('SIGTERM');
        await exited;
      }
      process.off('exit', endWithUs);
      await redis?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
