import type { FastifyBaseLogger } from 'fastify';
import type { OpenRun } from '#contracts/open-run.js';
import type { Carrier } from '#queue/carrier.js';
import { sendJobs } from '#queue/jobs.js';

/** How long a request waits for the carrier. */
const carryMs = 2_000;

/** Adds the job of a recorded run. A carrier that is away is only logged: the reconciler adds the job later. */
export async function carryRun(carrier: Carrier, run: OpenRun, log: FastifyBaseLogger): Promise<void> {
  await sendJobs(carrier, [run], {
    limitMs: carryMs,
    onFailure: (message, error) => log.warn({ err: error, runId: run.id }, `run ${run.id}: ${message}`),
  });
}
