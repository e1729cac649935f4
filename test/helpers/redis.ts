import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findFreePort } from './free-port.js';

/** A real redis-server on a free port, with its files in a folder of its own. */
export interface TestRedis {
  readonly url: string;
  readonly pid: number;
  /** Ends it and removes its files; idempotent, also when it was killed. */
  stop(): Promise<void>;
}

/** What a test says when it is skipped because `startRedis` gave none. */
export const redisMissing = 'redis-server not found on PATH: skipped (REQUIRE_REDIS=1 makes this an error)';

/**
 * Starts a redis-server with the settings that production needs (noeviction, AOF).
 * @param wantedPort a free one if not given
 * @returns undefined when the machine has none
 * @throws Error when the machine has none and REQUIRE_REDIS=1
 */
export async function startRedis(wantedPort?: number): Promise<TestRedis | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-test-redis-'));
  const port = wantedPort ?? (await findFreePort());
  const settings = `--port ${port} --bind 127.0.0.1 --save  --appendonly yes --maxmemory-policy noeviction --daemonize no`;
  const child = spawn('redis-server', [...settings.split(' '), '--dir', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A test process that dies takes its server with it.
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    process.off('exit', endWithUs);
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await exited;
    await rm(folder, { recursive: true, force: true });
  };

  try {
    await once(child, 'spawn');
  } catch (error) {
    exited.catch(() => {});
    await rm(folder, { recursive: true, force: true });
    if (process.env['REQUIRE_REDIS'] === '1')
      throw new Error(`redis-server is required: ${String(error)}`, { cause: error });
    return undefined;
  }
  for await (const line of createInterface(child.stdout)) {
    if (!line.includes('Ready to accept connections')) continue;
    child.stdout.resume();
    return { url: `redis://127.0.0.1:${port}`, pid: child.pid ?? 0, stop };
  }
  await stop();
  throw new Error('redis-server ended before it was ready');
}
