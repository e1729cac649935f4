import type { FastifyBaseLogger } from 'fastify';
import { messageOf } from '#contracts/errors.js';
import type { Carrier } from '#queue/carrier.js';
import { addJobs, type Carried } from '#queue/jobs.js';
import { withTimeLimit } from '../http/time-limit.js';

/** How long a request waits for the carrier. */
const carryMs = 2_000;

/** Adds the job of a recorded run. A carrier that is away is only logged: the reconciler adds the job later. */
export async function carryRun(carrier: Carrier, run: Carried, log: FastifyBaseLogger): Promise<void> {
  try {
    await withTimeLimit(addJobs(carrier, [run]), carryMs, 'the carrier');
  } catch (error) {
    log.warn({ err: error, runId: run.id }, `run ${run.id} is recorded but has no job yet: ${messageOf(error)}`);
  }
}
