import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Multipart } from '@fastify/multipart';
import type { Fault } from '#contracts/fault-list.js';
import { HttpProblem, unprocessable } from '../http/problem.js';
import { faultOfFolder, faultOfName } from './names.js';
import { hasCode, type StagedFile } from './place.js';

/** Most files of one request. */
export const mostFiles = 1_000;

/** Below the inbox, so that a rename stays on its disk; the leading dot keeps it from being watched. */
const stagingFolder = '.uploads';

/** An upload, complete on disk but not yet in its place. */
export interface Received {
  /** Below the inbox; empty for the inbox itself. */
  readonly folder: string;
  readonly files: readonly StagedFile[];
  /** Removes what has not been moved to its place. */
  discard(): Promise<void>;
}

/**
 * Streams the files of a multipart request to the staging folder, each synced to the disk. When anything goes wrong,
 * the client going away included, nothing stays behind.
 * @param parts the parts of the form, in the order in which they come
 * @param defaultFolder used when the form has no field `folder`
 * @throws HttpProblem 422 for names that cannot be used, 507 when the disk is full
 */
export async function receiveFiles(
  parts: AsyncIterable<Multipart>,
  inbox: string,
  defaultFolder: string,
): Promise<Received> {
  const staging = join(inbox, stagingFolder, randomUUID());
  const discard = (): Promise<void> => rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  try {
    const { folder, files } = await readParts(parts, staging, defaultFolder);
    return { folder, files, discard };
  } catch (error) {
    await discard();
    throw explain(error);
  }
}

/** What to answer when a form could not be received. */
function explain(error: unknown): unknown {
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) {
    return new HttpProblem(507, 'the disk of the inbox is full; nothing of this upload was kept', { cause: error });
  }
  if (hasCode(error, 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET')) {
    return new HttpProblem(400, 'the client went away before the end of the form', { cause: error });
  }
  // The form's parser throws plain errors; those of the framework and of the file system have a code.
  if (error instanceof Error && !(error instanceof HttpProblem) && !('code' in error)) {
    return new HttpProblem(400, `the form cannot be read: ${error.message}`, { cause: error });
  }
  return error;
}

async function readParts(
  parts: AsyncIterable<Multipart>,
  staging: string,
  defaultFolder: string,
): Promise<{ folder: string; files: StagedFile[] }> {
  const files: StagedFile[] = [];
  const faults: Fault[] = [];
  const names = new Set<string>();
  let folder = defaultFolder;
  for await (const part of parts) {
    if (part.type === 'field') {
      if (part.fieldname === 'folder') folder = String(part.value);
      else faults.push({ path: part.fieldname, message: 'is no field of this form; expected files and “folder”' });
      continue;
    }
    const name = part.filename ?? '';
    const fault = names.has(name) ? 'is given twice in this upload' : faultOfName(name);
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
  const folderFault = faultOfFolder(folder);
  if (folderFault !== undefined) faults.push({ path: 'folder', message: folderFault });
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

/** An upload that still runs has written within this time. */
const abandonedMs = 60 * 60 * 1000;

/** Removes what uploads of processes that were killed have left behind. */
export async function sweepStaging(inbox: string): Promise<void> {
  const staging = join(inbox, stagingFolder);
  const entries = await readdir(staging).catch(() => []);
  for (const entry of entries) {
    const path = join(staging, entry);
    if (Date.now() - (await latestChange(path)) > abandonedMs) await rm(path, { recursive: true, force: true });
  }
}

async function latestChange(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const stats = await Promise.all(
    [folder, ...names.map((name) => join(folder, name))].map((path) => stat(path).catch(() => undefined)),
  );
  return Math.max(0, ...stats.map((each) => each?.mtimeMs ?? 0));
}
