import type { InputOf } from '#contracts/task.js';
import type { ImageFilter } from '#database/queries/image-filter.js';
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

const daysOf = ({ impDate, from, to }: InputOf<typeof definition>): ImageFilter =>
  impDate === undefined ? { fromDay: from, toDay: to } : { fromDay: impDate, toDay: impDate };
