import type { TaskRun } from 'millrace';
import type { definition } from './definition.js';

export const run: TaskRun<typeof definition> = async (context, { station }) => {
  const { rows } = await context.services.pool.query<{ measurements: number; celsius: number | null }>(
    'SELECT count(*)::int AS measurements, avg(celsius) AS celsius FROM dwh.weather WHERE station = $1',
    [station],
  );
  const [row] = rows;
  context.log.info(`looked at the measurements of ${station}`);
  return { measurements: row?.measurements ?? 0, celsius: row?.celsius ?? null };
};
