import { datasetsOf, loadCatalogue, readableDatasets } from '#catalogue/catalogue.js';
import { appSettings } from '#config/app-settings.js';
import { SetupError } from '#contracts/errors.js';
import { ensureDatasets } from '#database/datasets/tables.js';
import { ensureDictionary } from '#database/dictionary/dictionary.js';
import { applyMigrations } from '#database/migrations/apply.js';
import { adviceOnRole, connectForSetup } from '#database/migrations/connect.js';
import { runMain } from '#process/run-main.js';
import { migrateCarrier } from '#queue/migrate.js';

/**
 * Brings the database of DATABASE_URL up to date and ends: for a deployment that starts the apps by itself
 * (docker-compose.yaml). `millrace start` does the same as part of its start.
 */
export async function migrate(): Promise<void> {
  await runMain('migrate', appSettings.migrate, async ({ config: { tasksDir, databaseUrl, redisUrl }, log }) => {
    if (databaseUrl === undefined) {
      throw new SetupError('DATABASE_URL: expected the address of the PostgreSQL to migrate, got none');
    }
    const client = await connectForSetup(databaseUrl);
    const advice = await adviceOnRole(client);
    if (advice !== undefined) log.warn(advice);
    await client.end();
    const catalogue = await loadCatalogue(tasksDir);
    const { applied } = await applyMigrations(databaseUrl);
    const { changes } = await ensureDatasets(databaseUrl, datasetsOf(catalogue));
    await ensureDictionary(
      databaseUrl,
      [...readableDatasets(catalogue).values()].map(({ dataset }) => dataset),
    );
    await migrateCarrier({ databaseUrl, redisUrl });
    for (const change of changes) log.info(change);
    log.info({ applied }, applied.length > 0 ? 'migrations applied' : 'no migrations to apply');
  });
}
