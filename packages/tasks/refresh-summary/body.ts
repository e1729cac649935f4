import { datasetOf } from '#catalogue/tasks-by-source.js';
import { BadInputError } from '#contracts/errors.js';
import { refreshSummary, type SummaryLimits } from '#database/datasets/refresh-summary.js';
import { hasSummary, type SummarizedDataset } from '#database/datasets/summary.js';
import type { TaskContext, TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';

/** A transaction of some seconds: long ones keep the server from clearing up, and lose more when a worker dies. */
const limits: SummaryLimits = { files: 720, rows: 1_500_000 };

/** Milliseconds after which the task checks again whether the run before it has ended. */
const againMs = 5_000;

export const run: TaskRun<typeof definition> = async (context, input) => {
  const dataset = summarizedDatasetOf(context, input.source);
  const done = await context.commit(async (tx) => {
    const refreshed = await refreshSummary(tx, context.services.pool, dataset, input.source, limits);
    if (!refreshed) {
      context.log.info(`another run refreshes the summary of ${dataset.table}; looks again in ${againMs / 1000} s`);
      await context.follow(tx, context.task, input, { delayMs: againMs });
      return { files: 0, rows: 0, removed: 0, left: 0 };
    }
    // None when all that are left are held by loads, which bring their figures along.
    if (refreshed.left > 0 && refreshed.files > 0) await context.follow(tx, context.task, input);
    return refreshed;
  });
  context.log.info(`${done.files} files, ${done.rows} rows; ${done.left} files left`);
  return done;
};

function summarizedDatasetOf(context: TaskContext, source: string): SummarizedDataset {
  const { dataset, name } = datasetOf(context.catalogue, source);
  if (hasSummary(dataset)) return dataset;
  throw new BadInputError(
    'no-summary',
    `expected a source whose dataset declares a summary; that of ${source}, ${name}, does not`,
  );
}
