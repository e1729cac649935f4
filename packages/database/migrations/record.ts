import type { ClientBase } from 'pg';

/** What `_prisma_migrations` says about one migration. */
export interface MigrationRecord {
  readonly name: string;
  readonly checksum: string;
  /** False: Prisma's CLI began it and it failed; a person has to resolve that. */
  readonly finished: boolean;
}

/** The table as Prisma 7's schema engine makes it, so that both can work on it. */
export async function createRecordTable(client: ClientBase): Promise<void> {
  await client.query(`
    CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id                  VARCHAR(36) PRIMARY KEY NOT NULL,
      checksum            VARCHAR(64) NOT NULL,
      finished_at         TIMESTAMPTZ,
      migration_name      VARCHAR(255) NOT NULL,
      logs                TEXT,
      rolled_back_at      TIMESTAMPTZ,
      started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
      applied_steps_count INTEGER NOT NULL DEFAULT 0
    )`);
}

/** The migrations that were begun and not rolled back, oldest first; none when the table does not exist. */
export async function readRecords(client: Pick<ClientBase, 'query'>): Promise<MigrationRecord[]> {
  const { rows: tables } = await client.query("SELECT 1 WHERE to_regclass('_prisma_migrations') IS NOT NULL");
  if (tables.length === 0) return [];
  const { rows } = await client.query<MigrationRecord>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name`,
  );
  return rows;
}

/** Records a migration as applied. */
export async function insertRecord(client: ClientBase, name: string, checksum: string): Promise<void> {
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
     VALUES (gen_random_uuid(), $1, clock_timestamp(), $2, now(), 1)`,
    [checksum, name],
  );
}
