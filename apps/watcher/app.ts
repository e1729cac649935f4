import { stat } from 'node:fs/promises';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { sourceOf, sourceTasks, withBatchFiles } from '#catalogue/sources.js';
import type { appSettings } from '#config/app-settings.js';
import { messageOf } from '#contracts/errors.js';
import { readActivity } from '#database/ledger/dispatch.js';
import { openPool } from '#database/pool.js';
import { openLiveSettings, settingsEveryMs } from '#database/settings/live-settings.js';
import { every } from '#process/every.js';
import { answerHealth } from '#process/health.js';
import type { Logger } from '#process/log.js';
import type { AppConfig } from '#process/read-settings.js';
import type { Releasers } from '#process/releasers.js';
import { openCarrier } from '#queue/carrier.js';
import { openDisk } from './disk.js';
import { createDispatcher } from './dispatcher.js';
import { watchFsEvents } from './fs-events.js';
import { seekLeadership } from './leadership.js';
import { createScanPace } from './scan-pace.js';
import { createScanner } from './scanner.js';
import { createSettler } from './settler.js';
import { createWaker } from './waker.js';

export interface WatcherDeps {
  readonly config: AppConfig<(typeof appSettings)['watcher'][number]>;
  readonly databaseUrl: string;
  readonly log: Logger;
  readonly releasers: Releasers;
}

/** Milliseconds between two checks of changed paths, of what arrives and settles, and of whether a scan is due. */
const tickMs = 250;

/**
 * Starts the watcher: inbox → ledger → runs. Events of the file system and a periodic scan say what is there, the
 * ledger says what is new, the settle rule when it may be read, the dispatcher who gets it. All of its state is in the
 * ledger, so it may die at any time.
 */
export async function startWatcher({ config, databaseUrl, log, releasers }: WatcherDeps): Promise<void> {
  const { inboxDir } = config;
  const definitions = withBatchFiles(await loadCatalogue(config.tasksDir), config.batchFiles);
  const tasks = sourceTasks(definitions);
  const leadership = seekLeadership(databaseUrl, log);
  const pool = openPool({
    url: databaseUrl,
    name: leadership.sessions,
    max: 4,
    actor: 'watcher',
    onConnect: (client) => leadership.refuseUnlessLeader(client),
    onError: (error) =>
      log.warn({ err: error }, 'database connection failed while idle; the pool opens another when it is needed'),
  });
  releasers.add('database pool', () => pool.end());
  const settings = openLiveSettings(pool, definitions);
  const carrier = openCarrier({ databaseUrl, redisUrl: config.redisUrl }, 'background', (error) =>
    log.warn({ err: error }, `carrier connection failed: ${error.message}; reconnecting`),
  );
  releasers.add('carrier', () => carrier.close());
  releasers.add('leadership', () => leadership.close());

  const disk = openDisk(inboxDir);
  releasers.add('disk', () => disk.close());
  const fsEvents = watchFsEvents(inboxDir, (error) =>
    log.warn({ err: error }, `file system events failed: ${messageOf(error)}; files are found by the periodic scan`),
  );
  releasers.add('inbox events', () => fsEvents.close());

  const pace = createScanPace(config.scanIntervalMs);
  const scanner = createScanner({
    pool,
    disk,
    fsEvents,
    log,
    sourceOf: (path) => sourceOf(tasks, path),
    tick: () => leadership.tick(),
  });
  const settler = createSettler({ pool, disk, clock: leadership, settleMs: config.settleMs, log });
  const dispatcher = createDispatcher({ pool, carrier, disk, log });

  const waker = createWaker(pool, tasks, log);

  const look = async (): Promise<void> => {
    const { paths, overflowed } = fsEvents.take();
    if (overflowed) pace.soon();
    try {
      await scanner.check(paths);
    } catch (error) {
      // The events are used up; a scan of everything finds what they meant.
      pace.soon();
      throw error;
    }
  };
  const scan = async (): Promise<void> => {
    if (!pace.isDue()) return;
    pace.begin();
    try {
      await scanner.scan();
    } finally {
      pace.end();
    }
  };
  let refreshedAt = Number.NEGATIVE_INFINITY;
  const refreshSettings = async (): Promise<void> => {
    if (performance.now() - refreshedAt < settingsEveryMs) return;
    await settings.refresh();
    refreshedAt = performance.now();
  };
  /** @returns whether there is more to do at once */
  const work = async (): Promise<boolean> => {
    let more = false;
    await refreshSettings();
    const active = await readActivity(
      pool,
      tasks.map((task) => task.source.name),
    );
    for (const { source, arriving, settled } of active) {
      const task = sourceTasks(settings.catalogue).find((each) => each.source.name === source);
      if (!task) continue;
      const hashed = arriving && (await settler.pass(source));
      const sent = (settled || arriving) && (await dispatcher.pass(task, arriving));
      more ||= hashed || sent;
    }
    return more;
  };

  const stopping = new AbortController();
  // Loops beside each other, so that neither a large folder nor many files to hash keep the others waiting.
  const loop = (what: string, step: () => Promise<unknown>): void => {
    const repeated = every(
      tickMs,
      async () => {
        try {
          if (!(await leadership.held())) return;
          while ((await step()) === true && !stopping.signal.aborted);
        } catch (error) {
          if (stopping.signal.aborted) return;
          log.warn({ err: error }, `${what} failed: ${messageOf(error)}; it is tried again`);
        }
      },
      (error) => log.error({ err: error }, 'unexpected error in the watcher'),
    );
    releasers.add(what, () => repeated.stop());
  };
  loop('the check of changed paths', look);
  loop('the scan of the inbox', scan);
  loop('settling and dispatching', work);
  loop('the look for files that wait in vain', waker.pass);
  releasers.add('reading', async () => {
    stopping.abort();
    await disk.close();
  });
  await saySoWhenAsked();

  async function saySoWhenAsked(): Promise<void> {
    if (config.healthPort === undefined) return;
    // The sessions of the pool are those of the watcher that leads; one that follows is ready as well.
    const asking = openPool({ url: databaseUrl, name: 'millrace watcher health', max: 1, onError: () => {} });
    releasers.add('database pool of the health', () => asking.end());
    await answerHealth({
      ...{ port: config.healthPort, host: config.healthHost, log, releasers },
      checks: {
        database: async () => void (await asking.query('SELECT 1')),
        carrier: async () => void (await carrier.ping()),
        inbox: async () => {
          const found = await stat(inboxDir).catch(() => undefined);
          return found?.isDirectory() ? undefined : 'the inbox is not there';
        },
      },
      facts: async () => ({ role: (await leadership.held()) ? 'leads' : 'follows' }),
    });
  }
}
