import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** An upload that still runs has written within this time. */
const abandonedMs = 60 * 60 * 1000;

/** An upload that can be resumed is kept for this time after its last byte. */
export const keptMs = 24 * 60 * 60 * 1000;

/** Removes what uploads of processes that were killed have left in a folder under names with the prefix. */
export async function sweep(folder: string, prefix = '', except?: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    const path = join(folder, entry);
    if (!entry.startsWith(prefix) || entry === except) continue;
    if (Date.now() - (await latestChange(path)) > abandonedMs) await rm(path, { recursive: true, force: true });
  }
}

/** Removes resumable uploads that nobody has gone on with: the files whose names begin with the same id. */
export async function sweepResumable(folder: string): Promise<void> {
  const entries = await readdir(folder);
  const byId = new Map<string, string[]>();
  for (const entry of entries) {
    const id = entry.split('.', 1)[0] ?? entry;
    byId.set(id, [...(byId.get(id) ?? []), join(folder, entry)]);
  }
  for (const paths of byId.values()) {
    const changes = await Promise.all(paths.map(latestChange));
    if (Date.now() - Math.max(...changes) <= keptMs) continue;
    await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
  }
}

async function latestChange(path: string): Promise<number> {
  const names = await readdir(path).catch(() => []);
  const stats = await Promise.all(
    [path, ...names.map((name) => join(path, name))].map((each) => lstat(each).catch(() => undefined)),
  );
  return Math.max(0, ...stats.map((each) => each?.mtimeMs ?? 0));
}
