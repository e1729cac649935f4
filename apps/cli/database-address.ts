import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '#config/config.js';

/** Where the database is that the other processes use. */
export interface DatabaseAddress {
  readonly url: string;
  /** That of the embedded PostgreSQL, which answers while `millrace start` runs. */
  readonly embedded: boolean;
}

/** DATABASE_URL, else what the embedded server of the data folder wrote down; undefined when it was never started. */
export async function findDatabase({
  databaseUrl,
  dataDir,
}: Pick<Config, 'databaseUrl' | 'dataDir'>): Promise<DatabaseAddress | undefined> {
  if (databaseUrl !== undefined) return { url: databaseUrl, embedded: false };
  const kept = await readFile(join(dataDir, 'postgres', 'url'), 'utf8').catch(() => undefined);
  return kept === undefined ? undefined : { url: kept.trim(), embedded: true };
}
