import { lstat } from 'node:fs/promises';
import type { FastifyRequest } from 'fastify';
import { isMissing } from '#contracts/error-codes.js';
import { findFileVersion } from '#database/queries/file-version.js';
import { identityOf, statInside } from '#inbox/inside-inbox.js';
import { HttpProblem } from '../../http/problem.js';
import { moveIntoInbox } from '../move-into-inbox.js';
import { type ReplaceDeps, replaceFile } from '../replace.js';
import type { Uploaded } from '../uploaded.js';
import type { UploadRecord } from './record.js';
import type { StagedUploads } from './store.js';
import { pathOf, readTarget, type Target } from './target.js';

/**
 * Moves an upload into the inbox if its last byte has come. A process may have been killed in the middle of that: the file
 * that holds the bytes is found where it was moved to. When it cannot be moved it stays, and may be moved another time.
 * @returns undefined while bytes are missing, and for an upload that is not known
 * @throws HttpProblem as `moveIntoInbox` and `replaceFile`
 */
export async function finishUpload(
  deps: ReplaceDeps,
  request: FastifyRequest,
  uploads: StagedUploads,
  id: string,
): Promise<Uploaded | undefined> {
  const record = await uploads.record(id);
  if (!record) return undefined;
  const { size } = record;
  if (record.path !== undefined) return { path: record.path, size };
  const target = readTarget(record.metadata);
  const expected = target.replaces === undefined ? pathOf(target) : await pathOfFile(deps, target.replaces);
  const there = expected === undefined ? undefined : await statInside(deps.config.inboxDir, expected);
  const isMoved = there !== undefined && identityOf(there) === record.identity && Number(there.size) === size;
  if (!isMoved && (await bytesIn(uploads, id, record)) !== size) return undefined;
  const path =
    isMoved && expected !== undefined ? expected : await move(deps, request, target, uploads.bytesOf(id), size);
  await uploads.noteMoved(id, record, path);
  return { path, size };
}

const pathOfFile = async ({ pool }: ReplaceDeps, id: string): Promise<string | undefined> =>
  (await findFileVersion(pool, id))?.path;

async function move(
  deps: ReplaceDeps,
  request: FastifyRequest,
  target: Target,
  staged: string,
  size: number,
): Promise<string> {
  if (target.replaces !== undefined) return await replaceFile(deps, request, target.replaces, { staged, size });
  const { folder, name, overwrite } = target;
  const [path] = await moveIntoInbox(deps.config.inboxDir, folder, [{ staged, name, size }], overwrite);
  return path ?? pathOf(target);
}

/** How many have come; undefined where the file is away. @throws HttpProblem 409 when something else lies there */
async function bytesIn(uploads: StagedUploads, id: string, { identity }: UploadRecord): Promise<number | undefined> {
  try {
    const stats = await lstat(uploads.bytesOf(id), { bigint: true });
    if (stats.isFile() && identityOf(stats) === identity) return Number(stats.size);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  throw new HttpProblem(
    'folder-unusable',
    'expected the bytes of this upload in the folder .uploads of the inbox, got another file; begin the upload anew',
  );
}
