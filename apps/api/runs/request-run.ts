import type { FastifyBaseLogger } from 'fastify';
import type { TaskDefinition } from '#contracts/task.js';
import { activeTrace, inSpan } from '#process/tracing/spans.js';
import { sendJobs } from '#queue/jobs.js';
import { type RunRequest, startRun } from '#runs/start-run.js';
import type { ApiDeps } from '../deps.js';

/** How long a request waits for the carrier, in milliseconds. */
export const carrierMs = 2_000;

/**
 * Records a run and adds its job. A carrier that is away is only logged: the reconciler adds the job later.
 * @returns the run's id
 * @throws as `startRun`
 */
export async function requestRun(
  { pool, carrier, catalogue }: Pick<ApiDeps, 'pool' | 'carrier' | 'catalogue'>,
  task: TaskDefinition,
  request: RunRequest,
  log: FastifyBaseLogger,
): Promise<string> {
  const { id, open } = await inSpan(`record ${task.name}`, { kind: 'producer' }, async (span) => {
    const origin = { ...request.origin, trace: activeTrace() };
    const started = await startRun({ pool, catalogue }, task, { ...request, origin });
    span.set({ 'millrace.run.id': started.id, 'millrace.task': task.name });
    return started;
  });
  await inSpan(`send ${task.name}`, { kind: 'producer' }, () =>
    sendJobs(carrier, open ? [open] : [], {
      limitMs: carrierMs,
      onFailure: (message, error) => log.warn({ err: error, runId: id }, `run ${id}: ${message}`),
    }),
  );
  return id;
}
