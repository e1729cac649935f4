import { discardQuarantined, replayQuarantined } from '#database/ledger/replay.js';
import { countQuarantined, listQuarantined, type QuarantineFilter } from '#database/queries/file-reasons.js';
import { findFile } from '#database/queries/files.js';
import type { ApiDeps } from '../deps.js';

/** What is to be done to many files. */
export interface FileChange {
  readonly kind: 'replay' | 'discard';
  readonly dryRun?: boolean;
}

/** What was done. */
export interface ChangedFiles {
  readonly matched: number;
  readonly changed: number;
  readonly remaining: number;
  readonly refused: { readonly fileId: string; readonly reason: string }[];
}

/** Files that one request takes. */
const maxFiles = 10_000;
/** Files of one transaction. */
const pageSize = 500;
/** Refused files that are named. */
const maxNamed = 100;

const changes = { replay: replayQuarantined, discard: discardQuarantined } as const;

/** Replays or discards the quarantined files that a filter finds, page by page from the one that was seen first. */
export async function changeFiles(
  { pool }: Pick<ApiDeps, 'pool'>,
  filter: QuarantineFilter,
  { kind, dryRun }: FileChange,
  actor?: string,
): Promise<ChangedFiles> {
  const matched = await countQuarantined(pool, filter);
  const refused: string[] = [];
  let [changed, taken] = [0, 0];
  let after: string | undefined;
  while (dryRun !== true && taken < maxFiles) {
    const ids = await listQuarantined(pool, filter, { after, limit: pageSize });
    const done = new Set(ids.length === 0 ? [] : await changes[kind](pool, ids, actor));
    refused.push(...ids.filter((id) => !done.has(id)));
    changed += done.size;
    taken += ids.length;
    after = ids.at(-1);
    if (ids.length < pageSize) break;
  }
  const remaining = taken < maxFiles ? 0 : Math.max(0, matched - taken);
  const reasons = [];
  for (const id of refused.slice(0, maxNamed)) reasons.push(await explain(pool, id));
  return { matched, changed, remaining: dryRun === true ? matched : remaining, refused: reasons };
}

/** Why a file that was found in quarantine was not there any more. */
async function explain(pool: ApiDeps['pool'], fileId: string): Promise<ChangedFiles['refused'][number]> {
  const file = await findFile(pool, fileId);
  const now = file === undefined ? 'gone' : file.current ? file.state : 'an old version of its path';
  return { fileId, reason: `file ${fileId} is ${now} by now; expected a quarantined one` };
}
