import { datasetOf } from '#catalogue/tasks-by-source.js';
import { BadInputError, messageOf } from '#contracts/errors.js';
import { refreshStar, type StarLimits, summarizeFacts } from '#database/datasets/refresh-star.js';
import { hasStar, type StarDataset } from '#database/datasets/star.js';
import type { TaskContext, TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';

/** A transaction of some seconds: long ones keep the server from clearing up, and lose more when a worker dies. */
const limits: StarLimits = { files: 1_440, rows: 3_000_000 };

/** Milliseconds after which the task checks again whether the run before it has ended. */
const againMs = 5_000;

export const run: TaskRun<typeof definition> = async (context, input) => {
  const dataset = starOf(context, input.source);
  const done = await context.commit(async (tx) => {
    const refreshed = await refreshStar(tx, dataset, input.source, limits);
    if (!refreshed) {
      // Waiting for the other one would hold a worker that loads may want.
      context.log.info(`another run refreshes ${dataset.star.fact}; looks again in ${againMs / 1000} s`);
      await context.follow(tx, context.task, input, { delayMs: againMs });
      return { files: 0, rows: 0, removed: 0, left: 0 };
    }
    if (refreshed.left > 0) await context.follow(tx, context.task, input);
    return refreshed;
  });
  context.log.info(`${done.files} files, ${done.rows} rows; ${done.left} files left`);
  try {
    await summarizeFacts(context.services.pool, dataset);
  } catch (error) {
    context.log.warn(
      `index of the facts could not be brought up to date: ${messageOf(error)}; autovacuum does it later`,
    );
  }
  return done;
};

function starOf(context: TaskContext, source: string): StarDataset {
  const { dataset, name } = datasetOf(context.catalogue, source);
  if (hasStar(dataset)) return dataset;
  throw new BadInputError(
    'no-star',
    `expected a source whose dataset declares a star; that of ${source}, ${name}, does not`,
  );
}
