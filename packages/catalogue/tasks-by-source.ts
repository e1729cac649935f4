import { BadInputError } from '#contracts/errors.js';
import {
  type DatasetTaskDefinition,
  type FileTaskDefinition,
  isDatasetTask,
  isFileTask,
} from '#contracts/file-task.js';
import type { Catalogue } from './catalogue.js';
import type { SourceTask } from './sources.js';

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
  const tasks = [...catalogue.values()].filter(isFileTask).filter((task) => dayColumnOf(task) !== undefined);
  const task = taskOf(tasks, source, 'no-days', 'a source whose rows belong to days');
  return { task, byDay: dayColumnOf(task) as DayColumn };
}

/**
 * The task that loads the declared dataset of a source.
 * @throws BadInputError naming the sources that have one
 */
export function datasetOf(catalogue: Catalogue, source: string): DatasetTaskDefinition {
  const tasks = [...catalogue.values()].filter(isDatasetTask);
  return taskOf(tasks, source, 'unknown-source', 'the source of a declared dataset');
}

function dayColumnOf({ dataset }: FileTaskDefinition): DayColumn | undefined {
  return dataset?.partition && { table: dataset.table, column: dataset.partition.column };
}

function taskOf<T extends SourceTask>(tasks: readonly T[], source: string, code: string, expected: string): T {
  const found = tasks.find((task) => task.source.name === source);
  if (found) return found;
  const known = tasks.map((task) => task.source.name).join(', ');
  const got = JSON.stringify(source);
  throw new BadInputError(code, `expected ${expected}, got ${got}; there are ${known || 'none'}`);
}
