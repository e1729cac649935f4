import { tmpdir } from 'node:os';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { openPrisma } from '#database/client.js';
import { openPool } from '#database/pool.js';
import { openLiveSettings } from '#database/settings/live-settings.js';
import { RenderedImages } from '#faces/render/rendered-images.js';
import { FrameReader } from '#footage/frame-reader.js';
import { createLogger } from '#process/log.js';
import { openCarrier } from '#queue/carrier.js';
import { buildApp } from '../../apps/api/app.js';

/** Nothing listens there, and nothing is asked: routes describe themselves without their database. */
const nowhere = 'postgres://127.0.0.1:1/none';

/** The OpenAPI document of the API with the tasks that come with Millrace; no server, database or carrier is needed. */
export async function describeApi(): Promise<object> {
  const ignore = (): void => {};
  const pool = openPool({ url: nowhere, name: 'description', max: 1, actor: 'api', onError: ignore });
  const prisma = openPrisma(pool);
  const carrier = openCarrier({ databaseUrl: nowhere }, 'http', ignore);
  const images = new RenderedImages({ cache: { folder: tmpdir(), maxBytes: 0, onError: ignore } });
  const settings = openLiveSettings(pool, await loadCatalogue());
  const app = await buildApp({
    config: {
      host: '127.0.0.1',
      inboxDir: tmpdir(),
      dataDir: tmpdir(),
      footageDir: tmpdir(),
      queueActions: 'off',
      reconcileIntervalMs: 1_000,
      accessLog: 'off',
    },
    limits: {
      maxConnections: 1,
      maxListeners: 1,
      clientIdleMs: 1_000,
      clientBytesPerSecond: 1,
      requestLimitMs: 1_000,
      uploadLimitMs: 1_000,
      exportLimitMs: 1_000,
    },
    log: createLogger({ name: 'description', level: 'fatal', format: 'json' }),
    pool,
    prisma,
    carrier,
    catalogue: settings.catalogue,
    settings,
    images,
    frames: new FrameReader(),
    pendingMigrations: async () => [],
  });
  await app.ready();
  return app.swagger();
}
