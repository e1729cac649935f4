import type pg from 'pg';
import { datasetsOf, loadCatalogue } from '#catalogue/catalogue.js';
import { type TestDatabase, withBareDatabase, withDatabase } from '#testing/database.js';
import { testServerUrl } from './postgres.js';

/** Runs the test with a database of its own that has everything which the own catalogue needs (see `withDatabase`). */
export async function withTestDatabase(work: (database: TestDatabase) => Promise<void>): Promise<void> {
  await withDatabase(await testServerUrl(), datasetsOf(await loadCatalogue()), work);
}

/** Runs with a database that has no migrations. */
export async function withEmptyDatabase(work: (url: string, pool: pg.Pool) => Promise<void>): Promise<void> {
  await withBareDatabase(await testServerUrl(), work);
}
