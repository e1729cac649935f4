import { recordSightings } from '#database/ledger/sightings.js';
import type { Tick } from '#database/ledger/ticks.js';
import type { Pool } from '#database/pool.js';
import type { Logger } from '#process/log.js';
import type { Disk } from './disk.js';
import type { FsEvents } from './fs-events.js';
import type { FoundFile } from './walk.js';

export interface ScannerDeps {
  readonly pool: Pool;
  readonly disk: Disk;
  readonly fsEvents: FsEvents;
  readonly log: Logger;
  /** The name of the source that takes a path; null when none does. */
  sourceOf(path: string): string | null;
  /** Now, by the watcher's clock. */
  tick(): Tick;
}

/** Finds out what is in the inbox and compares it with the ledger. */
export interface Scanner {
  /** Looks at some paths; a folder among them is walked. */
  check(paths: readonly string[]): Promise<void>;
  /** Looks at the whole inbox. */
  scan(): Promise<void>;
}

/** Paths looked at together. */
const chunkSize = 1_000;

/** Files that are mentioned because their names are not UTF-8. */
const maxMisnamed = 1_000;

export function createScanner({ pool, disk, fsEvents, log, sourceOf, tick }: ScannerDeps): Scanner {
  const note = (files: readonly FoundFile[]): Promise<number> =>
    recordSightings(
      pool,
      files.map((file) => ({ ...file, source: sourceOf(file.path) })),
      tick(),
    );
  const unreadable = (path: string, message: string): void =>
    log.warn(`${path || 'the inbox'} cannot be read: ${message}; it is tried again at the next scan`);

  /** Those that were mentioned: each scan finds them again. */
  const misnamed = new Set<string>();
  const mentionMisnamed = (paths: readonly string[]): void => {
    for (const path of paths) {
      if (misnamed.has(path) || misnamed.size >= maxMisnamed) continue;
      misnamed.add(path);
      log.warn(`${path} is not seen: its name is not UTF-8; rename it`);
      if (misnamed.size === maxMisnamed) log.warn('further names that are not UTF-8 are not mentioned');
    }
  };

  /** @returns how many files lie there */
  const walk = async (below: string): Promise<number> => {
    let files = 0;
    // The ledger answers while the disk reads on.
    let noting: Promise<unknown> = Promise.resolve();
    for await (const step of disk.walk(below)) {
      await noting;
      if (step.kind === 'folder') await fsEvents.watch(step.path);
      if (step.kind === 'unreadable') unreadable(step.path, step.message);
      if (step.kind === 'misnamed') mentionMisnamed(step.paths);
      if (step.kind !== 'files') continue;
      files += step.files.length;
      noting = note(step.files);
      // Awaited at the next step; until then a failure has a listener.
      noting.catch(() => {});
    }
    await noting;
    return files;
  };
  return {
    async check(paths) {
      for (let from = 0; from < paths.length; from += chunkSize) {
        const chunk = paths.slice(from, from + chunkSize);
        const files: FoundFile[] = [];
        const folders: string[] = [];
        for (const [nth, found] of (await disk.look(chunk)).entries()) {
          const path = chunk[nth] ?? '';
          if (found.kind === 'file') files.push(found.file);
          if (found.kind === 'folder') folders.push(path);
          if (found.kind === 'unreadable') unreadable(path, found.message);
        }
        await note(files);
        for (const folder of folders) await walk(folder);
      }
    },
    async scan() {
      log.debug('scan begins');
      const began = performance.now();
      const files = await walk('');
      await fsEvents.prune();
      const scanMs = Math.round(performance.now() - began);
      log.debug({ files, scanMs }, `scanned ${files} files in ${scanMs} ms`);
    },
  };
}
