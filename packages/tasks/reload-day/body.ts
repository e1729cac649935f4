import { dayTaskOf } from '#catalogue/tasks-by-source.js';
import { listFilesOfDay } from '#database/datasets/files-of-day.js';
import type { TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';

export const run: TaskRun<typeof definition> = async (context, { source, day }) => {
  const { task, byDay } = dayTaskOf(context.catalogue, source);
  const found = await listFilesOfDay(context.services.pool, byDay.table, byDay.column, day);
  const current = found.filter((file) => file.isCurrent);
  const skipped = found.length - current.length;
  if (current.length === 0) return { files: found.length, loaded: 0, rows: 0, skipped };
  // Decided by the first attempt: the invoked run keeps the files it was given.
  const { files, loaded, rows } = await context.invoke('load', task, { files: current.map((file) => file.id) });
  return { files: files + skipped, loaded, rows, skipped };
};
