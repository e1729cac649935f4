import { chmodSync, mkdtempSync, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMissing } from '#contracts/error-codes.js';

/** Several times what the tests of the whole platform need, their databases and the WAL. */
const plenty = 6 * 2 ** 30;

/**
 * Makes a folder for a PostgreSQL that only tests use.
 * @param inMemory where there is plenty of it (Linux's /dev/shm). A database is 700 files, and each test has one of its own.
 *   To make it takes the processors 150 ms on ext4 and 50 in memory
 */
export function makeServerFolder(inMemory: boolean): string {
  const parent = inMemory && hasPlenty('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = mkdtempSync(join(parent, 'millrace-test-pg-'));
  // As root the server runs as another user, who passes through here.
  chmodSync(folder, 0o711);
  return folder;
}

function hasPlenty(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return Math.min(bavail * bsize, freemem()) > plenty;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
