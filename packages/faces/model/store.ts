import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMissing } from '#contracts/error-codes.js';

/** SHA-256, hexadecimal, of bytes in memory. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** SHA-256, hexadecimal, of a file, read in pieces; rejects as the file system does. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

async function hashIfPresent(path: string): Promise<string | undefined> {
  return sha256OfFile(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/**
 * True when the file at `path` is there and has this hash. A file with another hash is deleted and `onWrong` called.
 * Safe when several processes do it at once, and others put the right file in its place meanwhile.
 */
export async function keepIfIntact(path: string, sha256: string, onWrong: (hash: string) => void): Promise<boolean> {
  const hash = await hashIfPresent(path);
  if (hash === undefined || hash === sha256) return hash !== undefined;
  // Moved aside before it is judged for good: by now it may be the right one that another process has just stored.
  const aside = `${path}.${randomUUID()}.aside`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  if ((await sha256OfFile(aside)) === sha256) {
    await rename(aside, path);
    return true;
  }
  await rm(aside, { force: true });
  onWrong(hash);
  return false;
}

/** Writes a file so that it is there whole or not at all, even if other processes write it at the same time. */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.part`;
  try {
    {
      await using handle = await open(temporary, 'wx');
      await handle.writeFile(bytes);
      await handle.sync();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
