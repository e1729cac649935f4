import type { FastifyRequest } from 'fastify';
import { whileReplacing } from '#database/ledger/replacing.js';
import type { Queryable } from '#database/pool.js';
import { type FileVersion, findFileVersion } from '#database/queries/file-version.js';
import { statInside } from '#inbox/inside-inbox.js';
import type { ApiDeps } from '../deps.js';
import { acting } from '../http/acting.js';
import { HttpProblem, notFound, wrongState } from '../http/problem.js';
import { moveIntoInbox, type StagedFile } from './move-into-inbox.js';

export interface ReplaceDeps {
  readonly pool: ApiDeps['pool'];
  readonly config: Pick<ApiDeps['config'], 'inboxDir'>;
}

/** A version of a path that an upload may take the place of. */
export interface Replaceable extends Pick<FileVersion, 'id' | 'path'> {
  /** Whether the version lies in the inbox; else it was taken away. */
  readonly isThere: boolean;
}

/**
 * Finds the file that an upload is to replace. The one who replaces it has seen this version and no other: what has changed
 * since, in the ledger or on the disk, is not lost to an upload that knows nothing of it.
 * @throws HttpProblem 404 when there is no such file, 409 when it is not its path's current version any more
 */
export async function findReplaceable(
  { pool, config }: ReplaceDeps,
  id: string,
  db: Queryable = pool,
): Promise<Replaceable> {
  const version = await findFileVersion(db, id);
  if (!version) throw notFound(`no file has the id ${id}`);
  const { path, current, size, mtimeNs } = version;
  if (!current) throw wrongState(`file ${id} is an old version of its path; only the current one can be replaced`);
  const now = await statInside(config.inboxDir, path);
  if (now && !(now.isFile() && now.size === size && now.mtimeNs === mtimeNs)) {
    throw new HttpProblem(
      'file-changed',
      `expected ${path} to lie in the inbox as file ${id}, got another version; look at that one, and replace it if it is still to be`,
    );
  }
  return { id, path, isThere: now !== undefined };
}

/**
 * Puts a staged file in the place of a file of the inbox, in one step, and records who did it. The watcher finds a new
 * version of the path. Looks once more whether the file may be replaced, right before.
 * @returns the path below the inbox
 * @throws HttpProblem as `findReplaceable` and `moveIntoInbox`
 */
export async function replaceFile(
  deps: ReplaceDeps,
  request: FastifyRequest,
  id: string,
  { staged, size }: Pick<StagedFile, 'staged' | 'size'>,
): Promise<string> {
  return await acting(
    deps,
    request,
    { action: 'replace-file', subject: `file:${id}`, detail: { size } },
    () =>
      whileReplacing(deps.pool, id, async (db) => {
        const { path, isThere } = await findReplaceable(deps, id, db);
        const folders = path.split('/');
        const name = folders.pop() ?? '';
        // What was taken away is not overwritten: a file that came there meanwhile stays.
        await moveIntoInbox(deps.config.inboxDir, folders.join('/'), [{ staged, size, name }], isThere);
        return path;
      }),
    (path) => ({ path }),
  );
}
