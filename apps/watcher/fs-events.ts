import { statSync } from 'node:fs';
import { join } from 'node:path';
import { FSWatcher } from 'chokidar';
import { isHidden } from './walk.js';

/** The paths that had events of the operating system since `take` was last called. */
export interface ChangedPaths {
  /** The paths that something happened to, sorted. */
  readonly paths: readonly string[];
  /** True when there were more than are kept: some paths may be missing, and only a scan finds them. */
  readonly overflowed: boolean;
}

/** The operating system's events: where to look soon, and no more than that (promise 5). */
export interface FsEvents {
  /**
   * Watches a folder, a path below the inbox: its events are reported once this resolves. Calling it again does
   * nothing.
   */
  watch(folder: string): Promise<void>;
  take(): ChangedPaths;
  /** Lets go of folders that are there no more. */
  prune(): Promise<void>;
  close(): Promise<void>;
}

/** Paths that are remembered at most. */
const maxPending = 20_000;
/**
 * Events in one turn from which on some may be lost: Linux keeps 16,384 of them for a process that is busy
 * (fs.inotify.max_queued_events) and drops the rest, which libuv does not report.
 */
const manyEvents = 10_000;

interface Watched {
  readonly watcher: FSWatcher;
  /** Which folder it was: another one may take its name. */
  readonly identity: string;
}

/**
 * chokidar's watcher, of one folder and with nothing but the names that the system reports. By itself it reads the
 * folder and asks for the state of all its files when one of them has an event: seconds in a folder of half a million
 * files.
 */
class FolderWatcher extends FSWatcher {
  /** What it reads folders with; without a stream it does not. */
  override _readdirp(): undefined {
    return undefined;
  }
}

/**
 * Watches folders, one by one as the walks come to them. Not their files: a watch for each of 43,201 would exhaust the
 * system's, and a folder's own events name the file anyway.
 */
export function watchFsEvents(inboxDir: string, onError: (error: unknown) => void): FsEvents {
  const pending = new Set<string>();
  const watched = new Map<string, Watched>();
  let events = 0;
  let lost = false;

  const note = (path: string): void => {
    events += 1;
    if (pending.size >= maxPending) lost = true;
    else pending.add(path);
  };
  const identityOf = (folder: string): string | undefined => {
    try {
      const stats = statSync(join(inboxDir, folder), { bigint: true });
      return stats.isDirectory() ? `${stats.dev} ${stats.ino}` : undefined;
    } catch {
      return undefined;
    }
  };
  const drop = async (folder: string): Promise<void> => {
    const { watcher } = watched.get(folder) ?? {};
    watched.delete(folder);
    await watcher?.close();
  };
  const open = async (folder: string): Promise<FSWatcher> => {
    const watcher = new FolderWatcher({ ignoreInitial: true, followSymlinks: false });
    watcher.on('raw', (_event: string, name: string | null) => {
      // On a folder's own end the name is its own; the walk that looks for it finds nothing.
      if (!name) lost = true;
      else if (!isHidden(name)) note(folder === '' ? name : `${folder}/${name}`);
    });
    watcher.on('error', (error) => {
      void drop(folder);
      onError(error);
    });
    const ready = new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
    watcher.add(join(inboxDir, folder));
    await ready;
    return watcher;
  };
  return {
    async watch(folder) {
      const identity = identityOf(folder);
      if (identity === watched.get(folder)?.identity) return;
      await drop(folder);
      if (identity !== undefined) watched.set(folder, { watcher: await open(folder), identity });
    },
    take() {
      const taken = { paths: [...pending].sort(), overflowed: lost || events >= manyEvents };
      pending.clear();
      events = 0;
      lost = false;
      return taken;
    },
    async prune() {
      for (const [folder, { identity }] of watched) if (identityOf(folder) !== identity) await drop(folder);
    },
    async close() {
      for (const folder of [...watched.keys()]) await drop(folder);
    },
  };
}
