import type { Config } from '#config/config.js';
import { messageOf } from '#contracts/errors.js';
import { recordSightings } from '#database/ledger/sightings.js';
import { openPool } from '#database/pool.js';
import { every } from '#process/every.js';
import type { Logger } from '#process/log.js';
import type { Releasers } from '#process/releasers.js';
import { openCarrier } from '#queue/carrier.js';
import { loadCatalogue } from '#runtime/catalogue.js';
import { dispatchPass } from './dispatcher.js';
import { watchInbox } from './hints.js';
import { seekLeadership } from './leadership.js';
import { settlePass } from './settler.js';
import { sourceOf, sourceTasks } from './sources.js';
import { type FoundFile, look, walk } from './walk.js';

export interface WatcherDeps {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly log: Logger;
  readonly releasers: Releasers;
}

/** Between two looks at what arrives and settles, in milliseconds. */
const tickMs = 250;

/**
 * Starts the watcher: inbox → ledger → runs. Hints of the operating system and a periodic scan say what is there, the
 * ledger says what is new, the settle rule when it may be read, the dispatcher who gets it. All of its state is in the
 * ledger, so it may die at any time.
 */
export async function startWatcher({ config, databaseUrl, log, releasers }: WatcherDeps): Promise<void> {
  const { inboxDir, settleMs } = config;
  const tasks = sourceTasks(await loadCatalogue());
  const source = (path: string): string | null => sourceOf(tasks, path);
  const pool = openPool({
    url: databaseUrl,
    name: 'millrace watcher',
    max: 4,
    onError: (error) => log.warn({ err: error }, 'an idle database connection broke'),
  });
  releasers.add('database pool', () => pool.end());
  const carrier = openCarrier({ databaseUrl, redisUrl: config.redisUrl }, 'background', (error) =>
    log.warn({ err: error }, `the carrier has trouble: ${error.message}`),
  );
  releasers.add('carrier', () => carrier.close());
  const leadership = seekLeadership(databaseUrl, log);
  releasers.add('leadership', () => leadership.close());

  const stopping = new AbortController();
  const note = (files: readonly FoundFile[]): Promise<number> =>
    recordSightings(
      pool,
      files.map((file) => ({ ...file, source: source(file.path) })),
    );
  const noteFolder = async (below: string): Promise<void> => {
    const unreadable = (path: string, error: unknown): void =>
      log.warn({ err: error }, `the folder ${path || 'inbox'} cannot be read: ${messageOf(error)}`);
    for await (const files of walk(inboxDir, below, unreadable)) {
      if (stopping.signal.aborted) return;
      await note(files);
    }
  };
  const notePaths = async (paths: readonly string[]): Promise<void> => {
    const files: FoundFile[] = [];
    for (const path of paths) {
      const found = await look(inboxDir, path);
      if (found?.kind === 'file') files.push(found.file);
      if (found?.kind === 'folder') await noteFolder(path);
    }
    await note(files);
  };

  const lead = (what: string, work: () => Promise<unknown>) => async (): Promise<void> => {
    try {
      if (await leadership.held()) await work();
    } catch (error) {
      log.warn({ err: error }, `${what} failed, it is tried again: ${messageOf(error)}`);
    }
  };
  const unexpected = (error: unknown): void => log.error({ err: error }, 'unexpected');

  const hints = watchInbox(inboxDir, (error) =>
    log.warn({ err: error }, `the system's events have trouble, scans go on: ${messageOf(error)}`),
  );
  releasers.add('inbox events', () => hints.close());
  const tick = every(
    tickMs,
    lead('the look at the inbox', async () => {
      await notePaths(hints.take());
      await settlePass({ pool, inboxDir, settleMs, log, sourceOf: source, signal: stopping.signal });
      await dispatchPass({ pool, carrier, inboxDir, log, tasks, batchFiles: config.batchFiles });
    }),
    unexpected,
  );
  releasers.add('tick', () => tick.stop());
  const scan = every(
    config.scanIntervalMs,
    lead('the scan of the inbox', () => noteFolder('')),
    unexpected,
  );
  releasers.add('scan', () => scan.stop());
  releasers.add('long work', () => stopping.abort());
}
