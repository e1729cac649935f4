import { chmod, rm } from 'node:fs/promises';
import pg from 'pg';
import { datasetsOf, loadCatalogue } from '#catalogue/catalogue.js';
import { ensureDatasets } from '#database/datasets/tables.js';
import { applyMigrations } from '#database/migrations/apply.js';
import { startEmbeddedPostgres } from '#embedded-postgres/start.js';
import { readProcess } from '../process-figures.js';

/** The PostgreSQL that all ways of a bench load into, each into a database of its own. */
export interface BenchServer {
  readonly url: string;
  /** Version and the settings that matter to loading, for the report. */
  readonly description: string;
  /** The server's first process; undefined when it is not on this machine. */
  readonly postmaster: number | undefined;
  stop(): Promise<void>;
}

/**
 * Starts a server as `npm start` does, in a folder; its settings are those of the product.
 * @param settings go before them
 */
export async function startBenchServer(dataDir: string, settings: Record<string, string> = {}): Promise<BenchServer> {
  // As root the server runs as another user, who passes through here.
  await chmod(dataDir, 0o711);
  const server = await startEmbeddedPostgres({ dataDir, log: console.error, settings });
  // A bench that dies takes its server with it.
  const endWithUs = (): void => server.quit();
  process.once('exit', endWithUs);
  return {
    url: server.superuserUrl,
    description: `embedded, ${await describe(server.superuserUrl)}`,
    postmaster: server.pid,
    async stop() {
      process.off('exit', endWithUs);
      await server.stop();
      // It is not below the data folder when that is private to root.
      await rm(server.folder, { recursive: true, force: true });
    },
  };
}

/** Uses a server that runs. */
export async function useBenchServer(url: string): Promise<BenchServer> {
  const pid = await onDatabase(url, async (client) => {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const session = readProcess(rows[0]?.pid ?? 0);
    return session?.command.startsWith('postgres') ? session.parent : undefined;
  });
  return { url, description: await describe(url), postmaster: pid, stop: () => Promise.resolve() };
}

async function describe(url: string): Promise<string> {
  const names = 'server_version wal_level fsync synchronous_commit shared_buffers max_wal_size'.split(' ');
  return await onDatabase(url, async (client) => {
    const values: string[] = [];
    for (const name of names) {
      const { rows } = await client.query<{ value: string }>('SELECT current_setting($1) AS value', [name]);
      values.push(`${name}=${rows[0]?.value}`);
    }
    return values.join(' ');
  });
}

/**
 * Makes an empty database of that name, instead of one that a bench left behind, and gives its address.
 * @param prepared false leaves migrations and the datasets' tables to the caller
 */
export async function freshDatabase({ url }: BenchServer, name: string, prepared: boolean): Promise<string> {
  await dropDatabase({ url }, name);
  await onDatabase(url, async (client) => {
    await client.query(`CREATE DATABASE ${name}`);
    // What the last way left to be written must not slow this one down.
    await client.query('CHECKPOINT');
  });
  const address = new URL(url);
  address.pathname = `/${name}`;
  if (prepared) {
    await applyMigrations(address.href);
    await ensureDatasets(address.href, datasetsOf(await loadCatalogue()));
  }
  return address.href;
}

/** Removes a database and ends its sessions. */
export async function dropDatabase({ url }: Pick<BenchServer, 'url'>, name: string): Promise<void> {
  await onDatabase(url, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

/** Where the write-ahead log ends at this moment. */
export async function walPosition(url: string): Promise<string> {
  return await onDatabase(url, async (client) => {
    const { rows } = await client.query<{ at: string }>('SELECT pg_current_wal_insert_lsn()::text AS at');
    return rows[0]?.at ?? '0/0';
  });
}

/** How much was written to the log since then, in words. */
export async function walSince(url: string, position: string): Promise<string> {
  return await onDatabase(url, async (client) => {
    const { rows } = await client.query<{ mb: number }>(
      'SELECT (pg_current_wal_insert_lsn() - $1::pg_lsn)::float8 / 1e6 AS mb',
      [position],
    );
    return `WAL written: ${Math.round(rows[0]?.mb ?? 0)} MB`;
  });
}

/** Does something on a connection of its own. */
export async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'bench' });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
