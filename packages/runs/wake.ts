import { messageOf } from '#contracts/errors.js';
import type { OpenRun } from '#contracts/open-run.js';
import type { Carrier } from '#queue/carrier.js';
import { resendJobs } from '#queue/jobs.js';

/** What waking a run needs. */
export interface WakeDeps {
  readonly carrier: Carrier;
  onFailure(message: string): void;
}

/**
 * Has the job of a run come back that waits in the carrier for the jobs of its children, although some of these go on: the
 * job is made anew, and adopts them when the run waits once more. One that a worker has stays; its worker looks for itself
 * when it has left the job waiting. Never throws: what is missed the reconciler finds.
 * @param find the run, if it may go on
 */
export async function wakeEarly(
  { carrier, onFailure }: WakeDeps,
  find: () => Promise<OpenRun | undefined>,
): Promise<void> {
  try {
    const run = await find();
    await resendJobs(carrier, run ? [run] : [], { onFailure });
  } catch (error) {
    onFailure(`whether the invoking run may go on could not be asked: ${messageOf(error)}; the reconciler asks later`);
  }
}
