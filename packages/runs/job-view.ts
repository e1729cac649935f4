import { messageOf } from '#contracts/errors.js';
import type { Logger } from '#process/log.js';
import { withTimeLimit } from '#process/time-limit.js';
import { keepLogs, type RunJob } from '#queue/carrier.js';
import type { RunView } from './run-view.js';

/** Characters of an output as JSON that a job carries; a longer one is in the record only. */
const maxOutput = 64 * 1024;

/** Milliseconds that the carrier has to take what a job shows. */
const carrierMs = 1_000;

/** The view of a run that its job gives, in Bull Board for example. */
export function viewJob(job: Pick<RunJob, 'data' | 'log' | 'updateProgress'>, log: Pick<Logger, 'debug'>): RunView {
  let output: unknown;
  return {
    hasChildren: false,
    get output() {
      return output;
    },
    set output(value) {
      output = briefly(value, job.data.runId);
    },
    async show(lines, progress) {
      try {
        const shown = Promise.all([
          progress && job.updateProgress(percent(progress)),
          ...lines
            .slice(-keepLogs)
            .map(({ at, level, message }) => job.log(`${at.toISOString()} ${level.toUpperCase()} ${message}`)),
        ]);
        // A carrier that is away would hold up the record, which is written beside this.
        await withTimeLimit(shown, carrierMs, 'the carrier');
      } catch (error) {
        log.debug({ run: job.data.runId }, `the job does not show how far its run is: ${messageOf(error)}`);
      }
    },
  };
}

const percent = ({ done, total }: { readonly done: number; readonly total: number }): number =>
  total > 0 ? Math.min(100, Math.round((100 * done) / total)) : 0;

function briefly(output: unknown, runId: string): unknown {
  const length = JSON.stringify(output)?.length ?? 0;
  return length > maxOutput ? { tooLongToShow: `${length} characters of JSON; see /api/runs/${runId}` } : output;
}
