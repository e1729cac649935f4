import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** An upload that still runs has written within this time. */
const abandonedMs = 60 * 60 * 1000;

/** Removes what uploads of processes that were killed have left in a folder under names with the prefix. */
export async function sweep(folder: string, prefix = ''): Promise<void> {
  for (const entry of await readdir(folder)) {
    const path = join(folder, entry);
    if (!entry.startsWith(prefix)) continue;
    if (Date.now() - (await latestChange(path)) > abandonedMs) await rm(path, { recursive: true, force: true });
  }
}

async function latestChange(path: string): Promise<number> {
  const names = await readdir(path).catch(() => []);
  const stats = await Promise.all(
    [path, ...names.map((name) => join(path, name))].map((each) => lstat(each).catch(() => undefined)),
  );
  return Math.max(0, ...stats.map((each) => each?.mtimeMs ?? 0));
}
