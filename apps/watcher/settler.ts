import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { FileChangedError, messageOf } from '#contracts/errors.js';
import {
  type ArrivingFile,
  type HashedFile,
  listArriving,
  quarantineArriving,
  settleFiles,
} from '#database/ledger/settle.js';
import { recordSightings } from '#database/ledger/sightings.js';
import type { Pool } from '#database/pool.js';
import type { Logger } from '#process/log.js';
import { look } from './walk.js';

export interface SettlerDeps {
  readonly pool: Pool;
  readonly inboxDir: string;
  /** For how many milliseconds size and mtime must stand still. */
  readonly settleMs: number;
  readonly log: Logger;
  sourceOf(path: string): string | null;
  /** Ends the pass early: a large file takes longer to hash than a stop may take. */
  readonly signal: AbortSignal;
}

/** Arriving files looked at in one pass, and settled files written together. */
const passSize = 2_000;
const chunkSize = 250;
const hashesAtOnce = pLimit(4);

/**
 * One pass over the arriving files: what moved is noted, what stood still long enough is hashed and settles, what is
 * gone or cannot be read is quarantined with the reason.
 * @returns how many files settled
 */
export async function settlePass(deps: SettlerDeps): Promise<number> {
  const arriving = await listArriving(deps.pool, passSize);
  let settled = 0;
  for (let from = 0; from < arriving.length && !deps.signal.aborted; from += chunkSize) {
    const chunk = arriving.slice(from, from + chunkSize);
    const hashed = await Promise.all(chunk.map((file) => hashesAtOnce(() => settleOne(deps, file))));
    const files = hashed.filter((file) => file !== undefined);
    await settleFiles(deps.pool, files);
    settled += files.length;
  }
  return settled;
}

async function settleOne(deps: SettlerDeps, file: ArrivingFile): Promise<HashedFile | undefined> {
  try {
    const found = await look(deps.inboxDir, file.path);
    if (found?.kind !== 'file') {
      const reason = `${file.path} was gone from the inbox before it stood still; put it back to have it loaded`;
      await quarantineArriving(deps.pool, file.id, 'gone', reason);
      return undefined;
    }
    const { size, mtimeNs } = found.file;
    if (size !== file.size || mtimeNs !== file.mtimeNs) {
      await recordSightings(deps.pool, [{ ...found.file, source: deps.sourceOf(file.path) }]);
      return undefined;
    }
    if (file.stillMs < deps.settleMs) return undefined;
    return { id: file.id, size, mtimeNs, sha256: await hashFile(deps.inboxDir, file, deps.signal) };
  } catch (error) {
    // Caught in the middle of a change: the next pass sees the new size or mtime. Or by the stop: the next start goes on.
    if (error instanceof FileChangedError || deps.signal.aborted) return undefined;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EACCES' || code === 'EPERM') {
      const reason = `${file.path} may not be read by Millrace; allow it to and replay the file`;
      await quarantineArriving(deps.pool, file.id, 'unreadable', reason);
    } else {
      deps.log.warn(
        { err: error, path: file.path },
        `a file could not be read, it is tried again: ${messageOf(error)}`,
      );
    }
    return undefined;
  }
}

/** SHA-256 of a file's bytes, in constant memory; they are those of the size and mtime that the ledger has. */
async function hashFile(inboxDir: string, file: ArrivingFile, signal: AbortSignal): Promise<string> {
  const handle = await open(join(inboxDir, file.path), 'r');
  try {
    const hash = createHash('sha256');
    for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: 1 << 20, signal })) {
      if (Buffer.isBuffer(chunk)) hash.update(chunk);
    }
    const after = await handle.stat({ bigint: true });
    if (after.size !== file.size || after.mtimeNs !== file.mtimeNs) {
      throw new FileChangedError(`${file.path} changed while it was hashed`);
    }
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}
