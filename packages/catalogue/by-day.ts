import { BadInputError } from '#contracts/errors.js';
import { type FileTaskDefinition, isFileTask } from '#contracts/file-task.js';
import type { Catalogue } from './catalogue.js';

/** The column by which rows belong to days; the days of times with a zone are those of UTC. */
interface DayColumn {
  /** With its schema, and with the column `file_id`: `dwd.image`. */
  readonly table: string;
  readonly column: string;
}

/** A task that loads files, and by which column their rows belong to days. */
export interface DayTask {
  readonly task: FileTaskDefinition;
  readonly byDay: DayColumn;
}

/**
 * The task that loads the files of a source whose rows belong to days: its dataset is partitioned by time.
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

function dayColumnOf({ dataset }: FileTaskDefinition): DayColumn | undefined {
  return dataset?.partition && { table: dataset.table, column: dataset.partition.column };
}
