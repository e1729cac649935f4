import { runMigrations } from 'bullmq';
import pg from 'pg';
import type { CarrierAddress } from './carrier.js';

/** Prepares the carrier's store: BullMQ's tables when it is the database; Redis needs nothing. Safe to repeat. */
export async function migrateCarrier({ databaseUrl, redisUrl }: CarrierAddress): Promise<void> {
  if (redisUrl !== undefined) return;
  const client = new pg.Client({ connectionString: databaseUrl });
  // The statement under way fails as well, and says so.
  client.on('error', () => {});
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}
