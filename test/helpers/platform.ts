import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import pg from 'pg';
import { YUNET_PATH } from '#faces/testing/shared.js';
import { type AppProcess, type Exit, startApp } from './child.js';
import { withTestDatabase } from './database.js';
import { type Inbox, openInbox } from './inbox.js';
import { summary } from './ledger.js';
import { redisMissing, startRedis } from './redis.js';

/** Over what the jobs travel. */
export const carriers = ['postgres', 'redis'] as const;
export type CarrierKind = (typeof carriers)[number];

/** `watcher`, `worker-1`, `worker-2`, …, or `watcher-2`, a reserve that is started by name only. */
export type ProcessName = 'watcher' | 'watcher-2' | `worker-${number}`;

export interface PlatformOptions {
  readonly databaseUrl: string;
  readonly redisUrl?: string | undefined;
  /** Worker processes; 1 if not given. */
  readonly workers?: number;
  /** Settings that differ from the quick ones of tests. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Settings of one process alone. */
  envOf?(name: ProcessName): Readonly<Record<string, string>>;
}

/** A real watcher and real workers on an inbox of their own. */
export interface Platform {
  readonly inbox: Inbox;
  /** To look at the database with. */
  readonly pool: pg.Pool;
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  /** Starts what is not running: one process, or all. */
  start(name?: ProcessName): Promise<void>;
  process(name: ProcessName): AppProcess;
  /** Ends a process and waits until it is gone. */
  end(name: ProcessName, signal: NodeJS.Signals): Promise<Exit>;
  /** Kills a process with SIGKILL and starts it again. */
  crash(name: ProcessName): Promise<void>;
  stop(): Promise<void>;
  /** What is in the database and what the processes said last. */
  dump(): Promise<string>;
}

/** Short, so that tests are quick: recovery waits for locks to run out. */
const quick = {
  SETTLE_MS: '200',
  SCAN_INTERVAL_MS: '1000',
  JOB_LOCK_MS: '2000',
  RECONCILE_INTERVAL_MS: '500',
  STOP_TIMEOUT_MS: '5000',
  LOG_FORMAT: 'json',
  // Tests count the runs that they expect; those of the star switch it on.
  STAR: 'off',
} as const;

/** Makes an inbox and a data folder for a platform; its processes run once they are started. */
export async function createPlatform({
  databaseUrl,
  redisUrl,
  workers = 1,
  env,
  envOf,
}: PlatformOptions): Promise<Platform> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-test-'));
  for (const name of ['inbox', 'data', 'staging']) await mkdir(join(folder, name));
  const inbox = openInbox(join(folder, 'inbox'), join(folder, 'staging'));
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4, application_name: 'test' });
  pool.on('error', () => {});
  const names: ProcessName[] = [
    'watcher',
    ...Array.from({ length: workers }, (_, i): ProcessName => `worker-${i + 1}`),
  ];
  const running = new Map<ProcessName, AppProcess>();
  const settings: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    ...quick,
    DATABASE_URL: databaseUrl,
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    ...(existsSync(YUNET_PATH) ? { FACE_MODEL: YUNET_PATH } : {}),
    INBOX_DIR: inbox.dir,
    DATA_DIR: join(folder, 'data'),
    ...env,
  };

  const startOne = async (name: ProcessName): Promise<void> => {
    if (running.has(name)) return;
    const app = await startApp(name.startsWith('watcher') ? 'watcher' : 'worker', name, {
      ...settings,
      ...envOf?.(name),
    });
    running.set(name, app);
    void app.exited.then(() => running.get(name) === app && running.delete(name));
  };
  const found = (name: ProcessName): AppProcess => {
    const app = running.get(name);
    if (!app) throw new Error(`${name} is not running; running: ${[...running.keys()].join(', ')}`);
    return app;
  };
  const end = async (name: ProcessName, signal: NodeJS.Signals): Promise<Exit> => {
    const app = found(name);
    app.signal(signal);
    const exit = await app.exited;
    running.delete(name);
    return exit;
  };
  return {
    inbox,
    pool,
    databaseUrl,
    redisUrl,
    async start(name) {
      await Promise.all((name === undefined ? names : [name]).map(startOne));
    },
    process: found,
    end,
    async crash(name) {
      await end(name, 'SIGKILL');
      await startOne(name);
    },
    async stop() {
      // A stopped (SIGSTOP) process would not hear SIGTERM; none of them has anything left to lose.
      await Promise.all([...running.keys()].map((name) => end(name, 'SIGKILL')));
      await pool.end();
      await rm(folder, { recursive: true, force: true });
    },
    async dump() {
      const said = [...running.values()].map((app) => `--- ${app.name}\n${app.lines().slice(-25).map(cut).join('\n')}`);
      return [await summary(pool).catch(String), ...said].join('\n');
    },
  };
}

/** Stacks in log lines are long, and the test's own error says enough. */
const cut = (line: string): string => line.slice(0, 300);

/** Runs a test with a platform of its own over a database, and a Redis, of its own. On failure it says what was there. */
export async function withPlatform(
  t: TestContext,
  carrier: CarrierKind,
  options: Omit<PlatformOptions, 'databaseUrl' | 'redisUrl'>,
  work: (platform: Platform) => Promise<void>,
): Promise<void> {
  const redis = carrier === 'redis' ? await startRedis() : undefined;
  if (carrier === 'redis' && !redis) return t.skip(redisMissing);
  try {
    await withTestDatabase(async ({ url }) => {
      await runPlatform(await createPlatform({ ...options, databaseUrl: url, redisUrl: redis?.url }), work);
    });
  } finally {
    await redis?.stop();
  }
}

/** Runs a test with a platform and stops it after. On failure it says what was there. */
export async function runPlatform(platform: Platform, work: (platform: Platform) => Promise<void>): Promise<void> {
  try {
    await work(platform);
  } catch (error) {
    console.error(await platform.dump());
    throw error;
  } finally {
    await platform.stop();
  }
}
