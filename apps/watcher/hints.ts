import { join, relative, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { isHidden } from './walk.js';

/** The operating system's events, as hints where to look (promise 5). */
export interface Hints {
  /** The paths that something happened to since the last call. */
  take(): string[];
  close(): Promise<void>;
}

/** More hints than this say no more than "look everywhere", which the next scan does. */
const maxPending = 20_000;

/**
 * Watches the folders of the inbox. Not its files: a watch for each of 43,201 files would exhaust the system's, and a
 * folder's own events name the file anyway.
 */
export function watchInbox(inboxDir: string, onError: (error: unknown) => void): Hints {
  const pending = new Set<string>();
  const hint = (absolute: string): void => {
    const path = relative(inboxDir, absolute).split(sep).join('/');
    if (path === '' || path.startsWith('../') || isHidden(path) || pending.size >= maxPending) return;
    pending.add(path);
  };
  const watcher: FSWatcher = watch(inboxDir, {
    ignored: (path, stats) => stats?.isFile() === true || isHidden(relative(inboxDir, path).split(sep).join('/')),
    ignoreInitial: true,
    followSymlinks: false,
  });
  watcher.on('raw', (_event, name, details: unknown) => {
    if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return;
    const { watchedPath } = details;
    if (typeof watchedPath === 'string' && name) hint(join(watchedPath, name));
  });
  // Files may have come into a new folder before it was watched.
  watcher.on('addDir', hint);
  watcher.on('error', onError);
  return {
    take() {
      const paths = [...pending];
      pending.clear();
      return paths;
    },
    close: () => watcher.close(),
  };
}
