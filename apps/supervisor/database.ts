import type { Config } from '#config/config.js';
import { adviceOnRole, connectForSetup, describeDatabase } from '#database/migrations/connect.js';
import { rolePasswordsOf } from '#database/roles/roles.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#embedded-postgres/start.js';
import type { Logger } from '#process/log.js';
import { type Life, Unit } from './unit.js';

/** How long a database or Redis that was given, and may be starting beside us, is waited for, in milliseconds. */
export const patienceMs = 15_000;

/** How long the embedded one may take to write its last checkpoint, in milliseconds. */
export const databaseStopMs = 30_000;

/** The database that everything uses. */
export interface Database {
  readonly url: string;
  /** For people: where it is and how to look into it, without its password. */
  readonly description: string;
}

/**
 * Waits for the database of DATABASE_URL.
 * @throws SetupError in one line when it does not answer in time
 */
export async function awaitGivenDatabase(url: string, log: Logger): Promise<Database> {
  const client = await connectForSetup(url, { patienceMs, onWait: (message) => log.warn(message) });
  const advice = await adviceOnRole(client);
  if (advice !== undefined) log.warn(advice);
  await client.end();
  return { url, description: `${describeDatabase(url)} (from DATABASE_URL)` };
}

/** The embedded PostgreSQL as a supervised process. `started` knows its address once the unit has been started. */
export function embeddedDatabaseUnit(
  config: Config,
  log: Logger,
  onChange: () => void,
): { unit: Unit; started(): Database } {
  let current: EmbeddedPostgres | undefined;
  const unit = new Unit({
    name: 'postgres',
    log,
    onChange,
    hangTimeoutMs: config.hangTimeoutMs,
    async launch(signal): Promise<Life> {
      const server = await startEmbeddedPostgres({
        dataDir: config.dataDir,
        log: (message) => log.info(message),
        signal,
        rolePasswords: rolePasswordsOf(config),
        // After a crash at the same address: the other processes already have that one.
        ...(current ? { port: current.port } : {}),
      });
      current = server;
      return {
        pid: server.pid,
        ready: Promise.resolve({}),
        ended: server.exited,
        ask: () => server.ask(),
        stop: () => server.stop(databaseStopMs),
        kill: () => server.quit(),
      };
    },
  });
  return {
    unit,
    started() {
      if (!current) throw new Error('the embedded PostgreSQL was asked for before it was started');
      const { url, folder } = current;
      return {
        url,
        description: `embedded PostgreSQL at ${describeDatabase(url)}, data in ${folder}; psql "$(cat ${folder}/url)"`,
      };
    },
  };
}
