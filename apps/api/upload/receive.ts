import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Multipart } from '@fastify/multipart';
import type { Violation } from '#contracts/violation-list.js';
import { HttpProblem, unprocessable } from '../http/problem.js';
import { type HeldFolder, openChild, openFolder } from './folder.js';
import type { StagedFile } from './move-into-inbox.js';
import { problemOfFolder, problemOfName } from './names.js';
import { stagingFolder } from './staging.js';
import { explainUploadError, hasCode } from './upload-errors.js';

/** Most files of one request. */
export const maxFiles = 1_000;

/** An upload, complete on disk but not yet moved into its folder. */
export interface Received {
  /** Below the inbox; empty for the inbox itself. */
  readonly folder: string;
  readonly files: readonly StagedFile[];
  /** Removes what has not been moved. */
  discard(): Promise<void>;
}

/**
 * Streams the files of a multipart request to the staging folder, each synced to the disk. When anything goes wrong,
 * the client going away included, nothing stays behind.
 * @param parts the parts of the form, in the order in which they come
 * @param defaultFolder used when the form has no field `folder`
 * @throws HttpProblem 422 for names that cannot be used, 409 when the inbox cannot be written in, 507 when its disk is full
 */
export async function receiveFiles(
  parts: AsyncIterable<Multipart>,
  inbox: string,
  defaultFolder: string,
): Promise<Received> {
  try {
    const { staging, discard } = await openStaging(inbox);
    try {
      return { ...(await readParts(parts, staging.path, defaultFolder)), discard };
    } catch (error) {
      await discard();
      throw error;
    }
  } catch (error) {
    throw explain(error);
  }
}

/** A new folder for the files of one upload, and what removes it. */
async function openStaging(inbox: string): Promise<{ staging: HeldFolder; discard: () => Promise<void> }> {
  const all = await openFolder(inbox, [stagingFolder]);
  const name = randomUUID();
  try {
    const staging = await openChild(all, name);
    const discard = async (): Promise<void> => {
      await rm(join(all.path, name), { recursive: true, force: true });
      await staging.close();
      await all.close();
    };
    return { staging, discard };
  } catch (error) {
    await all.close();
    throw error;
  }
}

/** What to answer when a form could not be received. */
function explain(error: unknown): unknown {
  if (hasCode(error, 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET')) {
    return new HttpProblem('malformed-form', 'the client went away before the end of the form', { cause: error });
  }
  // The form's parser throws plain errors; those of the framework and of the file system have a code.
  if (error instanceof Error && !(error instanceof HttpProblem) && !('code' in error)) {
    return new HttpProblem('malformed-form', `the form cannot be read: ${error.message}`, { cause: error });
  }
  return explainUploadError(error, '');
}

async function readParts(
  parts: AsyncIterable<Multipart>,
  staging: string,
  defaultFolder: string,
): Promise<{ folder: string; files: StagedFile[] }> {
  const files: StagedFile[] = [];
  const faults: Violation[] = [];
  const names = new Set<string>();
  let folder = defaultFolder;
  for await (const part of parts) {
    if (part.type === 'field') {
      if (part.fieldname === 'folder') folder = String(part.value);
      else faults.push({ path: part.fieldname, message: 'is no field of this form; expected files and “folder”' });
      continue;
    }
    const name = part.filename ?? '';
    const fault = names.has(name) ? 'is given twice in this upload' : problemOfName(name);
    names.add(name);
    if (fault !== undefined) {
      faults.push({ path: `${part.fieldname}`, message: `the name ${JSON.stringify(name.slice(0, 300))} ${fault}` });
      // The rest of the form can only be reached through this part's bytes.
      part.file.resume();
      continue;
    }
    const staged = join(staging, String(files.length));
    files.push({ staged, name, size: await writeSynced(part.file, staged) });
  }
  folder = folder.replace(/^\/+|\/+$/g, '');
  const folderProblem = problemOfFolder(folder);
  if (folderProblem !== undefined) faults.push({ path: 'folder', message: folderProblem });
  if (files.length === 0 && faults.length === 0)
    faults.push({ path: '', message: 'has no file; expected at least one' });
  if (faults.length > 0) throw unprocessable(faults);
  return { folder, files };
}

/** Writes a stream to a new file and waits until the disk has it. @returns the number of bytes */
async function writeSynced(stream: Readable, path: string): Promise<number> {
  const file = createWriteStream(path, { flags: 'wx', flush: true });
  await pipeline(stream, file);
  return file.bytesWritten;
}
