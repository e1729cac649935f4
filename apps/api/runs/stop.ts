import type { FastifyBaseLogger } from 'fastify';
import { type Cancellation, cancelRuns } from '#database/runs/cancel.js';
import { removeJobs, sendJobs } from '#queue/jobs.js';
import type { ApiDeps } from '../deps.js';
import { carrierMs } from './request-run.js';

/**
 * Cancels runs and all below them. Their jobs are taken away in the background: the record has decided, and a job whose
 * run has ended does nothing.
 */
export async function stopRuns(
  { pool, carrier }: Pick<ApiDeps, 'pool' | 'carrier'>,
  ids: readonly string[],
  reason: string | undefined,
  log: FastifyBaseLogger,
): Promise<Cancellation> {
  const words = reason === undefined || reason === '' ? '' : `: ${reason}`;
  const cancellation = await cancelRuns(pool, ids, `cancelled by hand${words}`);
  const { cancelled, released } = cancellation;
  await sendJobs(carrier, released, {
    limitMs: carrierMs,
    onFailure: (message, error) => log.warn({ err: error }, message),
  });
  const waiting = cancelled.filter(({ was }) => was !== 'running');
  void removeJobs(carrier, waiting).catch((error: unknown) =>
    log.info(
      { err: error, jobs: waiting.length },
      'jobs of cancelled runs could not be removed; the reconciler does it',
    ),
  );
  return cancellation;
}
