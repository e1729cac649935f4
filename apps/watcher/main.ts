import { appSettings } from '#config/app-settings.js';
import { SetupError } from '#contracts/errors.js';
import { runMain } from '#process/run-main.js';
import { announceReady } from '#process/supervisor-messages.js';
import { startTracing } from '#process/tracing/start.js';
import { startWatcher } from './app.js';

await runMain('watcher', appSettings.watcher, async ({ config, log, releasers }) => {
  const { databaseUrl } = config;
  if (databaseUrl === undefined) {
    throw new SetupError('DATABASE_URL: expected the address of PostgreSQL, got none; npm start sets it by itself');
  }
  await startTracing({ config, service: 'millrace-watcher', log, releasers });
  await startWatcher({ config, databaseUrl, log, releasers });
  log.info({ inbox: config.inboxDir }, 'watching the inbox');
  announceReady({ inbox: config.inboxDir });
});
