import { appSettings } from '#config/app-settings.js';
import { SetupError } from '#contracts/errors.js';
import { runMain } from '#process/run-main.js';
import { announceReady } from '#process/supervisor-messages.js';
import { startTracing } from '#process/tracing/start.js';
import { startWorker } from './app.js';

await runMain('worker', appSettings.worker, async ({ config, log, releasers }) => {
  const { databaseUrl } = config;
  if (databaseUrl === undefined) {
    throw new SetupError('DATABASE_URL: expected the address of PostgreSQL, got none; npm start sets it by itself');
  }
  await startTracing({ config, service: 'millrace-worker', log, releasers });
  const worker = await startWorker({ config, databaseUrl, log, releasers });
  log.info({ worker: worker.identity.id, queues: worker.queues }, 'taking jobs');
  announceReady({ worker: worker.identity.id, queues: worker.queues });
});
