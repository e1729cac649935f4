import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '#contracts/error-codes.js';

/** Where a cache lies and how large it may grow. */
export interface DiskCacheOptions {
  /** Made when needed; nothing else may lie in it. */
  readonly folder: string;
  /** Sum of its files' sizes; 0 keeps nothing. */
  readonly maxBytes: number;
  /** Called with what went wrong while keeping something; the cache goes on without it. */
  readonly onError: (error: unknown) => void;
}

interface Entry {
  readonly path: string;
  readonly size: number;
  readonly usedMs: number;
}

/** After an eviction so much of the limit is filled, so that not every addition evicts. */
const filled = 0.9;
/** A draft this old was left by a process that died. */
const draftMs = 10 * 60_000;

/**
 * Bytes by key in a folder of bounded size; what was not used for longest goes first. The files are all its state (a
 * file's mtime is when it was last used), so it survives restarts, and several processes may share the folder: files
 * appear whole, by a rename. Between two looks at the folder each process may add a sixteenth of the limit, so with
 * several processes it may be that much larger for a while.
 */
export class DiskCache {
  readonly #options: DiskCacheOptions;
  /** Bytes that this process may still add before it looks at the folder again. */
  #allowance = 0;
  #evicting: Promise<void> | undefined;

  constructor(options: DiskCacheOptions) {
    this.#options = options;
  }

  /** What was kept under the key, or undefined. */
  async get(key: string): Promise<Uint8Array | undefined> {
    const path = this.#pathOf(key);
    try {
      const bytes = await readFile(path);
      // A machine that lost its power may leave a file without content.
      if (bytes.length === 0) return undefined;
      const now = new Date();
      await utimes(path, now, now);
      return bytes;
    } catch (error) {
      if (!isMissing(error)) this.#options.onError(error);
      return undefined;
    }
  }

  /** Keeps the bytes, making room if need be; resolves when that is done. Never rejects. */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    const { folder, maxBytes, onError } = this.#options;
    if (bytes.length === 0 || bytes.length > maxBytes * filled) return;
    const draft = join(folder, `${randomUUID()}.draft`);
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(draft, bytes);
      await rename(draft, this.#pathOf(key));
      this.#allowance -= bytes.length;
      if (this.#allowance < 0) await this.#evict();
    } catch (error) {
      onError(error);
      await rm(draft, { force: true }).catch(() => {});
    }
  }

  #pathOf(key: string): string {
    if (!/^[0-9a-z-]{1,100}$/.test(key)) throw new Error(`expected a key of small letters and digits, got "${key}"`);
    return join(this.#options.folder, `${key}.kept`);
  }

  /** Looks at the folder, and takes the least recently used files away when there is too much; one look at a time. */
  async #evict(): Promise<void> {
    this.#evicting ??= this.#evictNow().finally(() => {
      this.#evicting = undefined;
    });
    await this.#evicting;
  }

  async #evictNow(): Promise<void> {
    const { maxBytes } = this.#options;
    const entries = (await this.#entries()).sort((one, other) => one.usedMs - other.usedMs);
    let total = entries.reduce((sum, entry) => sum + entry.size, 0);
    if (total > maxBytes) {
      for (const entry of entries) {
        if (total <= maxBytes * filled) break;
        await rm(entry.path, { force: true });
        total -= entry.size;
      }
    }
    this.#allowance = Math.min(maxBytes - total, maxBytes / 16);
  }

  /** What is kept. Drafts of processes that died are taken away. */
  async #entries(): Promise<Entry[]> {
    const { folder } = this.#options;
    const entries: Entry[] = [];
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      // Another process may have taken it away.
      const stats = await stat(path).catch(() => undefined);
      if (stats === undefined) continue;
      if (name.endsWith('.kept')) entries.push({ path, size: stats.size, usedMs: stats.mtimeMs });
      else if (name.endsWith('.draft') && Date.now() - stats.mtimeMs > draftMs) await rm(path, { force: true });
    }
    return entries;
  }
}
