import type { Catalogue } from '#catalogue/catalogue.js';
import type { Config } from '#config/config.js';
import type { PrismaClient } from '#database/client.js';
import type { Pool } from '#database/pool.js';
import type { LiveSettings } from '#database/settings/live-settings.js';
import type { RenderedImages } from '#faces/render/rendered-images.js';
import type { FrameReader } from '#footage/frame-reader.js';
import type { Logger } from '#process/log.js';
import type { Carrier } from '#queue/carrier.js';
import type { ClientLimits } from './http/slow-body.js';

/** What the API is made of; opened and closed by `main.ts`, or by a test. */
export interface ApiDeps {
  readonly config: Pick<
    Config,
    | 'host'
    | 'apiToken'
    | 'adminUser'
    | 'adminPassword'
    | 'trustProxy'
    | 'queueActions'
    | 'inboxDir'
    | 'dataDir'
    | 'footageDir'
    | 'faceModel'
    | 'reconcileIntervalMs'
    | 'accessLog'
  >;
  /** How patient it is with clients. */
  readonly limits: ClientLimits & Pick<Config, 'exportLimitMs' | 'maxListeners'>;
  readonly log: Logger;
  readonly pool: Pool;
  /** Over the same pool. */
  readonly prisma: PrismaClient;
  /** Opened in the role `http`. */
  readonly carrier: Carrier;
  /** All tasks with what is set for them now. */
  readonly catalogue: Catalogue;
  /** What is set for them. */
  readonly settings: LiveSettings;
  /** Images as they are shown. */
  readonly images: RenderedImages;
  /** Frames of footages. */
  readonly frames: Pick<FrameReader, 'inspect' | 'frame'>;
  /** Names of the migrations that the database does not have yet. */
  pendingMigrations(): Promise<string[]>;
}
