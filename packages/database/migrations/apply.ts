import type { ClientBase } from 'pg';
import { messageOf, SetupError } from '#contracts/errors.js';
import { connectForSetup } from './connect.js';
import { listMigrationNames, type Migration, migrationsFolder, readMigrations } from './folder.js';
import { createRecordTable, insertRecord, type MigrationRecord, readRecords } from './record.js';

/** The lock that Prisma's own engine takes on PostgreSQL for the same purpose, so that it and we take turns. */
const prismaLock = 72_707_369;

/**
 * Applies the migrations of the folder that the database does not have yet, each with its record in one transaction:
 * a process that is killed leaves it applied or not, nothing in between (Prisma's engine records before and after, and
 * wants a person after a kill; `docs/decisions` says more). Concurrent callers take turns.
 * @returns the names of those applied now, oldest first
 * @throws SetupError in one line when the database cannot be used, or its history does not fit the folder
 */
export async function applyMigrations(
  databaseUrl: string,
  folder: string = migrationsFolder,
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(folder);
  const client = await connectForSetup(databaseUrl);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [prismaLock]);
    const records = await readRecords(client);
    refuseMisfit(migrations, records);
    const known = new Set(records.map(({ name }) => name));
    const pending = migrations.filter(({ name }) => !known.has(name));
    for (const migration of pending) await applyOne(client, migration);
    return { applied: pending.map(({ name }) => name) };
  } finally {
    // Ends the session and with it the lock.
    await client.end();
  }
}

/** Names of the folder's migrations that the database does not have, oldest first. Cheap: for readiness checks. */
export async function pendingMigrations(
  client: Pick<ClientBase, 'query'>,
  folder: string = migrationsFolder,
): Promise<string[]> {
  const [names, records] = await Promise.all([listMigrationNames(folder), readRecords(client)]);
  const finished = new Set(records.filter((record) => record.finished).map(({ name }) => name));
  return names.filter((name) => !finished.has(name));
}

async function applyOne(client: ClientBase, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await createRecordTable(client);
    await client.query(sql);
    await insertRecord(client, name, checksum);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw new SetupError(`migration ${name} failed and changed nothing: ${describeSqlError(error, sql)}`, {
      cause: error,
    });
  }
}

function refuseMisfit(migrations: readonly Migration[], records: readonly MigrationRecord[]): void {
  const byName = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum, finished } of records) {
    const migration = byName.get(name);
    if (!finished) {
      throw new SetupError(
        `migration ${name} was begun by Prisma's CLI and failed; mend it with: npx prisma migrate resolve`,
      );
    }
    if (!migration) {
      throw new SetupError(
        `the database has the migration ${name}, which this version of Millrace does not know; ` +
          'use the version that made it, or a newer one',
      );
    }
    if (migration.checksum !== checksum) {
      throw new SetupError(
        `migration ${name} was changed after the database got it; put the file back and make a new one ` +
          'with: npm run migration:new',
      );
    }
  }
}

/** The server's message with the line of the script that it points at. */
function describeSqlError(error: unknown, sql: string): string {
  const position = error instanceof Error && 'position' in error ? Number(error.position) : Number.NaN;
  const line = Number.isNaN(position) ? '' : ` (line ${sql.slice(0, position).split('\n').length})`;
  return `${messageOf(error)}${line}`;
}
