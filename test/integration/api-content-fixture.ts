import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type SeedFile, seedFile, type TestApi } from './api-fixture.js';

/** Puts a file in the inbox, and its version in the ledger. @returns its id */
export async function seedContent(
  { pool, inbox }: TestApi,
  path: string,
  bytes: Uint8Array | string,
  file: Partial<SeedFile> = {},
): Promise<string> {
  const location = join(inbox, ...path.split('/'));
  await mkdir(dirname(location), { recursive: true });
  await writeFile(location, bytes);
  const id = await seedFile(pool, { ...file, path });
  const { size, mtimeNs } = await stat(location, { bigint: true });
  await pool.query('UPDATE ops.file SET size = $2, mtime_ns = $3 WHERE id = $1', [id, size, mtimeNs]);
  return id;
}
