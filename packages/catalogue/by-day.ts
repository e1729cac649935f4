import { BadInputError } from '#contracts/errors.js';
import { type FileTaskDefinition, isFileTask } from '#contracts/file-task.js';
import type { DayColumn } from '#contracts/task.js';
import type { Catalogue } from './catalogue.js';

/** A task that loads files, and by which column their rows belong to days. */
export interface DayTask {
  readonly task: FileTaskDefinition;
  readonly byDay: DayColumn;
}

/**
 * The task that loads the files of a source whose rows belong to days: a dataset that is partitioned by time, or one whose
 * task says so itself.
 * @throws BadInputError naming the sources that have one
 */
export function dayTaskOf(catalogue: Catalogue, source: string): DayTask {
  const tasks = [...catalogue.values()].filter(isFileTask).flatMap((task) => {
    const byDay = dayColumnOf(task);
    return byDay ? [{ task, byDay }] : [];
  });
  const found = tasks.find(({ task }) => task.source.name === source);
  if (found) return found;
  const known = tasks.map(({ task }) => task.source.name).join(', ');
  throw new BadInputError(
    'no-days',
    `expected a source whose rows belong to days, got ${JSON.stringify(source)}; there are ${known || 'none'}`,
  );
}

function dayColumnOf({ dataset, byDay }: FileTaskDefinition): DayColumn | undefined {
  if (!dataset) return byDay;
  return dataset.partition && { table: dataset.table, column: dataset.partition.column };
}
