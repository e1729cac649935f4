import type { FastifyBaseLogger } from 'fastify';
import { type Cancellation, cancelRuns } from '#database/runs/cancel.js';
import { listReadyParentsOf } from '#database/runs/reconcile.js';
import { removeJobs, resendJobs, type SendOptions, sendJobs } from '#queue/jobs.js';
import type { ApiDeps } from '../deps.js';
import { carrierMs } from './request-run.js';

/**
 * Cancels runs and all below them. Runs that waited for them and may go on now do so. Their jobs are taken away in the background: the record has decided, and a job whose
 * run has ended does nothing.
 */
export async function stopRuns(
  { pool, carrier }: Pick<ApiDeps, 'pool' | 'carrier'>,
  ids: readonly string[],
  reason: string | undefined,
  log: FastifyBaseLogger,
  actor?: string,
): Promise<Cancellation> {
  const words = reason === undefined || reason === '' ? '' : `: ${reason}`;
  const cancellation = await cancelRuns(pool, ids, `cancelled by hand${words}`, actor);
  const { cancelled, released } = cancellation;
  const options: SendOptions = {
    limitMs: carrierMs,
    onFailure: (message, error) => log.warn({ err: error }, message),
  };
  await sendJobs(carrier, released, options);
  const parents = await listReadyParentsOf(
    pool,
    cancelled.map(({ id }) => id),
  );
  await resendJobs(carrier, parents, options);
  const waiting = cancelled.filter(({ was }) => was !== 'running');
  void removeJobs(carrier, waiting).catch((error: unknown) =>
    log.info(
      { err: error, jobs: waiting.length },
      'jobs of cancelled runs could not be removed; the reconciler does it',
    ),
  );
  return cancellation;
}
