import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { DatasetDefinition } from '#contracts/dataset.js';
import { ensureDatasets } from '#database/datasets/tables.js';
import { applyMigrations } from '#database/migrations/apply.js';
import { migrationsFolder, readMigrations } from '#database/migrations/folder.js';
import { openPool, type Pool } from '#database/pool.js';
import { migrateCarrier } from '#queue/migrate.js';

/** A database that only one test uses. */
export interface TestDatabase {
  readonly url: string;
  readonly pool: Pool;
}

/** Owns the databases of tests and may do nothing else, as the product's role. */
const owner = 'millrace_test';
const ownersPassword = 'no-secret-on-loopback';

/**
 * Runs work with a database of its own, with all migrations (ours and the carrier's) applied and the tables of the
 * datasets made, and drops it after. Fails when the work leaves a connection of the pool checked out.
 * @param serverUrl address of a server as a role that may make databases and roles
 */
export async function withDatabase(
  serverUrl: string,
  datasets: readonly DatasetDefinition[],
  work: (database: TestDatabase) => Promise<void>,
): Promise<void> {
  const template = await provideTemplate(serverUrl, datasets);
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  // A copy of the files: to write every page to the WAL as well takes twice as long.
  const create = `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY OWNER ${owner}`;
  await onServer(serverUrl, (client) => client.query(create));
  const url = ownersUrl(serverUrl, name);
  const pool = openPool({ url, name: 'millrace test', max: 10, onError: () => {} });
  try {
    await work({ url, pool });
    const leaked = await checkedOut(pool);
    if (leaked > 0) throw new Error(`the test left ${leaked} connections of its pool checked out`);
  } finally {
    // A pool whose connections are checked out never ends; dropping the database by force ends them instead.
    void pool.end().catch(() => {});
    await onServer(serverUrl, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
  }
}

/** How many connections do not come back. A statement that was under way, or a connection that was being opened, gets its time. */
async function checkedOut(pool: Pool): Promise<number> {
  const out = (): number => pool.totalCount - pool.idleCount;
  for (let looks = 0; looks < 100 && out() > 0; looks++) await wait(50);
  return out();
}

/** The same with a database that has no migrations. */
export async function withBareDatabase(
  serverUrl: string,
  work: (url: string, pool: Pool) => Promise<void>,
): Promise<void> {
  const name = `empty_${randomUUID().replaceAll('-', '')}`;
  await onServer(serverUrl, async (client) => {
    await provideOwner(client);
    await client.query(`CREATE DATABASE ${name} OWNER ${owner}`);
  });
  const url = ownersUrl(serverUrl, name);
  const pool = openPool({ url, name: 'millrace test', max: 10, onError: () => {} });
  try {
    await work(url, pool);
  } finally {
    await pool.end();
    await onServer(serverUrl, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
  }
}

/** Makes a migrated database once per server, set of migrations and declared datasets; copying it takes milliseconds. */
async function provideTemplate(serverUrl: string, datasets: readonly DatasetDefinition[]): Promise<string> {
  const migrations = await readMigrations(migrationsFolder);
  const hash = createHash('sha256').update(migrations.map(({ checksum }) => checksum).join());
  hash.update(JSON.stringify(datasets));
  const template = `template_${hash.digest('hex').slice(0, 16)}`;
  await onServer(serverUrl, async (client) => {
    await provideOwner(client);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount !== 0) return;
    const draft = `${template}_draft`;
    await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${draft} OWNER ${owner}`);
    const url = ownersUrl(serverUrl, draft);
    await applyMigrations(url);
    await ensureDatasets(url, datasets);
    await migrateCarrier({ databaseUrl: url });
    await client.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
  });
  return template;
}

/** Makes the role, one process at a time: the client holds a lock from here until it ends. */
async function provideOwner(client: pg.Client): Promise<void> {
  await client.query("SELECT pg_advisory_lock(hashtext('millrace test template'))");
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [owner]);
  if (rowCount === 0) await client.query(`CREATE ROLE ${owner} LOGIN PASSWORD '${ownersPassword}'`);
}

async function onServer(serverUrl: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function ownersUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  url.username = owner;
  url.password = ownersPassword;
  return url.href;
}
