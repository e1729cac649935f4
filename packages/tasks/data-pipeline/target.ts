import type { Catalogue } from '#catalogue/catalogue.js';
import { BadInputError } from '#contracts/errors.js';
import { type FileTaskDefinition, hasDataset, isFileTask } from '#contracts/file-task.js';
import type { Violation } from '#contracts/violation-list.js';
import type { ReloadScope, ReloadTarget } from '#database/datasets/reload-scope.js';

/** The task that loads a source into a table. */
type LoadTask = FileTaskDefinition & Required<Pick<FileTaskDefinition, 'dataset'>>;

/** What is to be loaded, and by which task. */
export interface PipelineTarget extends ReloadTarget {
  readonly task: LoadTask;
}

export const usualSource = 'data-sample';

/** What is wrong with an input, before a run of it is recorded. */
export function checkTarget(catalogue: Catalogue, source: string | undefined, scope: string): readonly Violation[] {
  try {
    targetOf(catalogue, source ?? usualSource, scope);
    return [];
  } catch (error) {
    if (error instanceof BadInputError) return [{ path: '/source', message: error.message }];
    throw error;
  }
}

/**
 * Reads the input against the catalogue.
 * @throws BadInputError `unknown-source`, `several-tables` or `no-days`, naming the sources that would do
 */
export function targetOf(catalogue: Catalogue, source: string, scopeText: string): PipelineTarget {
  const tasks = [...catalogue.values()].filter(isFileTask).filter((task): task is LoadTask => hasDataset(task));
  const task = tasks.find((each) => each.source.name === source);
  const several = [...catalogue.values()].find((each) => each.datasets !== undefined && each.source?.name === source);
  if (several) {
    throw new BadInputError(
      'several-tables',
      `expected a source whose files become rows of one table, got ${source}, whose rows go into ${Object.keys(several.datasets ?? {}).join(', ')} ` +
        `and refer to each other; to load its files once more start ${several.name} with their ids. There are ${namesOf(tasks)}`,
    );
  }
  if (!task) {
    throw new BadInputError(
      'unknown-source',
      `expected a source whose files become rows of a table, got ${JSON.stringify(source)}; there are ${namesOf(tasks)}`,
    );
  }
  const scope = scopeOf(scopeText);
  if (scope.kind === 'day' && !task.dataset.partition) {
    const withDays = tasks.filter(({ dataset }) => dataset.partition);
    throw new BadInputError(
      'no-days',
      `expected a source whose rows belong to days, got ${source}; there are ${namesOf(withDays)}. ` +
        `For files whose names begin with ${scope.day} write "${scope.day}*"`,
    );
  }
  return { task, source, dataset: task.dataset, scope };
}

const namesOf = (tasks: readonly LoadTask[]): string => tasks.map((task) => task.source.name).join(', ') || 'none';

/** `all`, a day that the calendar has, or the beginning of a name. */
export function scopeOf(text: string): ReloadScope {
  if (text === 'all') return { kind: 'all' };
  if (text.endsWith('*') && text.length > 1) return { kind: 'prefix', prefix: text.slice(0, -1) };
  return isDay(text) ? { kind: 'day', day: text } : { kind: 'prefix', prefix: text };
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
