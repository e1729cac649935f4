import { BadInputError } from '#contracts/errors.js';
import type { InputOf } from '#contracts/task.js';
import { imageStats } from '#database/queries/image-stats.js';
import type { TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';

/** Milliseconds after which the database gives the statement up. */
const limitMs = 60_000;

export const run: TaskRun<typeof definition> = async ({ services, log }, input) => {
  const stats = await imageStats(services.pool, daysOf(input), limitMs);
  log.info(`${stats.pictures} images with ${stats.faces} faces`);
  return {
    images: stats.pictures,
    faces: stats.faces,
    meanFaces: stats.meanFaces,
    facesPerImage: stats.byFaces.map(({ faceNo, pictures, percent }) => ({ faces: faceNo, images: pictures, percent })),
    moreFaces: { faces: stats.moreFaces.faces, images: stats.moreFaces.pictures, percent: stats.moreFaces.percent },
    sizes: stats.commonSizes.map(({ width, height, pictures, percent, meanFaces }) => ({
      ...{ width, height, images: pictures, percent, meanFaces },
    })),
    widths: stats.widths.map(({ from, to, pictures }) => ({ from, to, images: pictures })),
    heights: stats.heights.map(({ from, to, pictures }) => ({ from, to, images: pictures })),
  };
};

/** @throws BadInputError `two-ranges` */
function daysOf({ impDate, from, to }: InputOf<typeof definition>): { fromDay?: string; toDay?: string } {
  if (impDate !== undefined && (from !== undefined || to !== undefined)) {
    throw new BadInputError('two-ranges', 'expected either impDate or from and to, got both; leave one of them out');
  }
  return {
    ...((impDate ?? from) === undefined ? {} : { fromDay: impDate ?? from }),
    ...((impDate ?? to) === undefined ? {} : { toDay: impDate ?? to }),
  };
}
