import { join } from 'node:path';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { appSettings } from '#config/app-settings.js';
import { messageOf, SetupError } from '#contracts/errors.js';
import { openPrisma } from '#database/client.js';
import { pendingMigrations } from '#database/migrations/apply.js';
import { openPool } from '#database/pool.js';
import { openLiveSettings, settingsEveryMs } from '#database/settings/live-settings.js';
import { RenderedImages } from '#faces/render/rendered-images.js';
import { FrameReader } from '#footage/frame-reader.js';
import { every } from '#process/every.js';
import { listenError } from '#process/listen.js';
import { type MainContext, runMain } from '#process/run-main.js';
import { announceReady } from '#process/supervisor-messages.js';
import { startTracing } from '#process/tracing/start.js';
import { openCarrier } from '#queue/carrier.js';
import { buildApp } from './app.js';
import { closeServer } from './close-server.js';
import { sweepStaging } from './upload/staging.js';

/** Uploads are kept for an hour, or a day, after they were given up. */
const sweepEveryMs = 60 * 60 * 1000;

await runMain('api', appSettings.api, start);

async function start({ config, log, releasers }: MainContext<(typeof appSettings)['api'][number]>): Promise<void> {
  const { databaseUrl, redisUrl, host, port } = config;
  if (databaseUrl === undefined) {
    throw new SetupError(
      'DATABASE_URL: expected an address, got none; npm start gives the embedded server’s to this process',
    );
  }
  await startTracing({ config, service: 'millrace-api', log, releasers });
  const onError = (error: Error): void => log.warn({ err: error }, messageOf(error));
  const pool = openPool({ url: databaseUrl, name: 'millrace api', max: 10, actor: 'api', onError });
  releasers.add('database connections', () => pool.end());
  const prisma = openPrisma(pool);
  releasers.add('prisma', () => prisma.$disconnect());
  const carrier = openCarrier({ databaseUrl, redisUrl }, 'http', onError);
  releasers.add('queues', () => carrier.close());

  const images = new RenderedImages({
    cache: {
      folder: join(config.dataDir, 'cache', 'pictures'),
      maxBytes: config.pictureCacheMb * 2 ** 20,
      onError: (error) => log.warn({ err: error }, `an image is not kept: ${messageOf(error)}`),
    },
  });
  releasers.add('image renderer', () => images.close());

  const frames = new FrameReader();
  releasers.add('frame reader', () => frames.close());

  const settings = openLiveSettings(pool, await loadCatalogue(config.tasksDir));
  const refresh = every(
    settingsEveryMs,
    () => settings.refresh(),
    (error) => log.warn({ err: error }, 'settings of tasks could not be read; those that were read last hold'),
  );
  releasers.add('settings of tasks', () => refresh.stop());
  const sweeping = every(
    sweepEveryMs,
    () => sweepStaging(config.inboxDir),
    (error) => log.warn({ err: error }, `what uploads left behind is not removed: ${messageOf(error)}`),
  );
  releasers.add('sweeping of uploads', () => sweeping.stop());
  const app = await buildApp({
    config,
    limits: config,
    log,
    pool,
    prisma,
    carrier,
    catalogue: settings.catalogue,
    settings,
    images,
    frames,
    pendingMigrations: () => pendingMigrations(pool),
  });
  releasers.add('HTTP server', () => closeServer(app, config.stopTimeoutMs / 2));
  try {
    await app.listen({ host, port, listenTextResolver: (address) => `listening on ${address}` });
  } catch (error) {
    throw listenError(error, host, port);
  }
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  announceReady({ url });
}
