import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from '#database/pool.js';
import { migrateCarrier } from '#queue/migrate.js';
import { type AppProcess, startApp } from '../../helpers/child.js';
import { findFreePort } from '../../helpers/free-port.js';

/** An API and a worker on a database. */
export interface Processes {
  readonly address: string;
  readonly api: AppProcess;
  stop(): Promise<void>;
}

/** Starts them. Runs of the generated history that are open are cancelled, since nobody knows their tasks. */
export async function startProcesses(pool: Pool, databaseUrl: string): Promise<Processes> {
  await pool.query(
    `UPDATE ops.run SET state = 'cancelled', ended_at = now() WHERE state IN ('queued', 'delayed', 'waiting', 'running')`,
  );
  await migrateCarrier({ databaseUrl });
  const folder = await mkdtemp(join(tmpdir(), 'millrace-console-'));
  for (const name of ['inbox', 'data']) await mkdir(join(folder, name));
  const port = await findFreePort();
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    DATABASE_URL: databaseUrl,
    PORT: String(port),
    INBOX_DIR: join(folder, 'inbox'),
    DATA_DIR: join(folder, 'data'),
    LOG_FORMAT: 'json',
    ACCESS_LOG: 'off',
  };
  const api = await startApp('api', 'api', env);
  const worker = await startApp('worker', 'worker', env);
  return {
    address: `http://127.0.0.1:${port}`,
    api,
    async stop() {
      for (const app of [api, worker]) app.signal('SIGTERM');
      await Promise.all([api.exited, worker.exited]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
