import { constants } from 'node:fs';
import { lstat, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DataStore, ERRORS, Upload } from '@tus/server';
import { isMissing } from '#contracts/error-codes.js';
import { identityOf } from '#inbox/inside-inbox.js';
import type { HeldFolder } from '../folder.js';
import { keptMs } from '../sweep.js';
import { readRecord, recordEnding, type UploadRecord, writeRecord } from './record.js';

/**
 * Keeps the bytes of resumable uploads in the staging folder until their last one has come: for each a file under its id,
 * which holds what came so far, and its record. Not the FileStore of @tus/file-store: that follows links, ends the process
 * when the inbox cannot be written in, hides why a disk takes no more, and counts the time to its expiry from the
 * beginning instead of from the last byte.
 */
export class StagedUploads extends DataStore {
  override extensions = ['creation', 'creation-with-upload', 'termination', 'expiration'];
  readonly #folder: HeldFolder;

  constructor(folder: HeldFolder) {
    super();
    this.#folder = folder;
  }

  /** Where the bytes of an upload lie. */
  bytesOf(id: string): string {
    return join(this.#folder.path, id);
  }

  async record(id: string): Promise<UploadRecord | undefined> {
    return await readRecord(this.#folder.path, id);
  }

  /** Notes that it lies in the inbox, and removes what may be left of it here. */
  async noteMoved(id: string, record: UploadRecord, path: string): Promise<void> {
    await writeRecord(this.#folder.path, id, { ...record, path });
    await rm(this.bytesOf(id), { force: true });
  }

  override async create(upload: Upload): Promise<Upload> {
    await using file = await open(this.bytesOf(upload.id), 'wx');
    await writeRecord(this.#folder.path, upload.id, {
      size: upload.size ?? 0,
      metadata: upload.metadata ?? {},
      identity: identityOf(await file.stat({ bigint: true })),
    });
    await this.#folder.sync();
    return upload;
  }

  /** @throws what tus answers with 404 for an upload that is not known, and with 410 for one whose bytes are gone */
  override async getUpload(id: string): Promise<Upload> {
    const record = await this.record(id);
    if (!record) throw ERRORS.FILE_NOT_FOUND;
    const { size, metadata, path } = record;
    if (path !== undefined) return new Upload({ id, size, offset: size, metadata: { ...metadata } });
    const bytes = await this.#stat(id);
    if (!bytes) throw ERRORS.FILE_NO_LONGER_EXISTS;
    // Of its last byte: one that goes on does not expire.
    const creation_date = bytes.mtime.toISOString();
    return new Upload({ id, size, offset: bytes.size, metadata: { ...metadata }, creation_date });
  }

  /**
   * Adds bytes to an upload, and waits until the disk has them.
   * @returns how many it has then
   * @throws errors of the file system, and of the stream; what came before stays
   */
  override async write(bytes: Readable, id: string, offset: number): Promise<number> {
    if ((await this.record(id))?.size === offset) {
      // Whatever came too much is refused by who counts it.
      for await (const _ of bytes);
      return offset;
    }
    const file = await open(this.bytesOf(id), constants.O_WRONLY | constants.O_NOFOLLOW);
    const out = file.createWriteStream({ start: offset, flush: true });
    await pipeline(bytes, out);
    return offset + out.bytesWritten;
  }

  override async remove(id: string): Promise<void> {
    if ((await this.record(id)) === undefined) throw ERRORS.FILE_NOT_FOUND;
    await rm(this.bytesOf(id), { force: true });
    await rm(this.bytesOf(id) + recordEnding, { force: true });
  }

  /** Milliseconds from the last byte. */
  override getExpiration(): number {
    return keptMs;
  }

  async #stat(id: string) {
    try {
      const stats = await lstat(this.bytesOf(id));
      return stats.isFile() ? stats : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}
