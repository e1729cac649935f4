import { chmodSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasetsOf, loadCatalogue } from '#catalogue/catalogue.js';
import { ensureDatasets } from '#database/datasets/tables.js';
import { applyMigrations } from '#database/migrations/apply.js';
import { serverEnvironment } from '#embedded-postgres/account.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#embedded-postgres/start.js';
import { migrateCarrier } from '#queue/migrate.js';
import { testSettings } from '#testing/postgres-settings.js';

/** A PostgreSQL that one test may kill. */
export interface OwnPostgres {
  readonly url: string;
  /** Of the server's superuser, who may make databases. */
  readonly superuserUrl: string;
  /** Ends the server as a power cut of its process would, and starts it again at the same address. */
  crash(between?: () => Promise<void>): Promise<void>;
}

/**
 * Runs a test with a PostgreSQL of its own, migrated, and removes it after.
 * @param environment what the server finds in its environment besides what it always does
 */
export async function withOwnPostgres(
  work: (postgres: OwnPostgres) => Promise<void>,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-test-own-pg-'));
  // As root the server runs as another user, who passes through here.
  chmodSync(dataDir, 0o711);
  const said: string[] = [];
  const start = (port?: number): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({
      dataDir,
      log: (line) => said.push(line),
      settings: testSettings,
      ...(port === undefined ? {} : { port }),
    });
  Object.assign(serverEnvironment, environment);
  let server = await start();
  try {
    const { url, superuserUrl, port } = server;
    await applyMigrations(url);
    await ensureDatasets(url, datasetsOf(await loadCatalogue()));
    await migrateCarrier({ databaseUrl: url });
    await work({
      url,
      superuserUrl,
      async crash(between) {
        process.kill(server.pid, 'SIGKILL');
        await server.exited;
        await between?.();
        server = await start(port);
      },
    });
  } finally {
    await server.stop(2_000);
    for (const name of Object.keys(environment)) delete serverEnvironment[name];
    await rm(dataDir, { recursive: true, force: true });
  }
}
