import type { FastifyBaseLogger } from 'fastify';
import { type Retried, retryRuns } from '#database/runs/retry.js';
import { resendJobs } from '#queue/jobs.js';
import type { ApiDeps } from '../deps.js';
import { carrierMs } from './request-run.js';

/** Has failed and cancelled runs go on, see `retryRuns`, and adds their jobs. */
export async function goOnWithRuns(
  { pool, carrier }: Pick<ApiDeps, 'pool' | 'carrier'>,
  ids: readonly string[],
  log: FastifyBaseLogger,
  actor?: string,
): Promise<Retried> {
  const retried = await retryRuns(pool, ids, actor);
  if (retried.kind === 'retried') {
    await resendJobs(carrier, retried.runs, {
      limitMs: carrierMs,
      onFailure: (message, error) => log.warn({ err: error }, message),
    });
  }
  return retried;
}

/** Why a retry could not give runs their files back. */
export function takenFilesOf({ files }: Extract<Retried, { kind: 'files-taken' }>): string {
  const [first] = files;
  const state = first?.current ? first.state : 'not the newest version of its path';
  const others = files.length > 1 ? `, and ${files.length - 1} more` : '';
  return (
    `run ${first?.runId} cannot have its files again: ${first?.path} (file ${first?.fileId}) is ${state}${others}; ` +
    'what has become of them since is in /api/files'
  );
}
