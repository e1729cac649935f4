import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { isMissing } from '#contracts/error-codes.js';

const RecordSchema = Type.Object({
  /** Bytes that it will have. */
  size: Type.Number(),
  /** What came with it, see `readTarget`. */
  metadata: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()])),
  /** Which file holds its bytes, as `identityOf` says it: it keeps that when it is moved. */
  identity: Type.String(),
  /** Its path in the inbox, once it lies there. */
  path: Type.Optional(Type.String()),
});

/** What is known of a resumable upload, beside its bytes. Lies in the staging folder, so that a restart finds it. */
export interface UploadRecord {
  readonly size: number;
  readonly metadata: Readonly<Record<string, string | null>>;
  readonly identity: string;
  readonly path?: string;
}

/** What the names of records end with; the rest is the id of the upload. */
export const recordEnding = '.json';

/** @returns undefined where there is none, or none that can be read */
export async function readRecord(folder: string, id: string): Promise<UploadRecord | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(join(folder, id + recordEnding), 'utf8'));
    return Value.Check(RecordSchema, record) ? record : undefined;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Writes it whole: a crash leaves the former one. */
export async function writeRecord(folder: string, id: string, record: UploadRecord): Promise<void> {
  const half = join(folder, `${id}.${randomUUID()}`);
  try {
    await using file = await open(half, 'wx');
    await file.writeFile(JSON.stringify(record));
    await file.sync();
    await rename(half, join(folder, id + recordEnding));
  } catch (error) {
    await rm(half, { force: true });
    throw error;
  }
}
