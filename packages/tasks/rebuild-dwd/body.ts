import { coverImageDays } from '#database/images/days.js';
import { rebuildDay } from '#database/images/rebuild.js';
import type { TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';

export const run: TaskRun<typeof definition> = async ({ commit, services, log }, { impDate }) => {
  const { rowCount } = await services.pool.query('SELECT FROM ods.image WHERE imp_date = $1 LIMIT 1', [impDate]);
  if (rowCount === 1) await coverImageDays(services.pool, [impDate]);
  const rebuilt = await commit((tx) => rebuildDay(tx, impDate));
  log.info(`${rebuilt.images} images and ${rebuilt.faces} faces of ${impDate} written from their records`);
  return rebuilt;
};
