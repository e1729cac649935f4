import { createHash } from 'node:crypto';
import { access, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FencedError } from '#contracts/errors.js';
import { hasCode, hiddenName, syncFolder } from './lake-folder.js';

/**
 * A file that is written under a hidden name beside the one that it is to replace. Readers see the old file or the new
 * one. Whoever takes over removes the hidden file, which keeps this one from coming in afterwards.
 */
export class HiddenFile {
  bytes = 0;
  readonly #folder: string;
  readonly #name: string;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #hash = createHash('sha256');

  private constructor(folder: string, name: string, path: string, handle: FileHandle) {
    this.#folder = folder;
    this.#name = name;
    this.#path = path;
    this.#handle = handle;
  }

  /** @param token distinguishes it from those of others; letters, digits and `-` */
  static async create(folder: string, name: string, token: string): Promise<HiddenFile> {
    const path = join(folder, hiddenName(name, token));
    return new HiddenFile(folder, name, path, await open(path, 'wx'));
  }

  async write(chunk: Uint8Array): Promise<void> {
    // Before it is written: should there be no room, this is what was needed so far.
    this.bytes += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      const { bytesWritten } = await this.#handle.write(chunk, at);
      at += bytesWritten;
    }
    this.#hash.update(chunk);
  }

  /**
   * Puts all that was written on the disk.
   * @returns its SHA-256
   */
  async finish(): Promise<string> {
    await this.#handle.sync();
    await this.#handle.close();
    return this.#hash.digest('hex');
  }

  /** Takes the place of the file. @throws FencedError when somebody has taken over */
  async publish(): Promise<void> {
    await this.#unlessTakenOver(rename(this.#path, join(this.#folder, this.#name)));
    await syncFolder(this.#folder);
  }

  /** Removes the file in whose place nothing comes, and this one. @throws FencedError when somebody has taken over */
  async remove(): Promise<void> {
    // The hidden file stands for the right to do so until the file is gone.
    await this.#unlessTakenOver(access(this.#path));
    await rm(join(this.#folder, this.#name), { force: true });
    await this.discard();
  }

  /** Leaves nothing behind, whatever it has come to. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await rm(this.#path, { force: true });
  }

  async #unlessTakenOver(done: Promise<void>): Promise<void> {
    try {
      await done;
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      throw new FencedError(`another attempt writes ${this.#name} now; nothing was replaced`, { cause: error });
    }
  }
}
