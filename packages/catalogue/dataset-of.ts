import { BadInputError } from '#contracts/errors.js';
import { type DatasetTaskDefinition, isDatasetTask } from '#contracts/file-task.js';
import type { Catalogue } from './catalogue.js';

/**
 * The task that loads the declared dataset of a source.
 * @throws BadInputError naming the sources that have one
 */
export function datasetOf(catalogue: Catalogue, source: string): DatasetTaskDefinition {
  const tasks = [...catalogue.values()].filter(isDatasetTask);
  const found = tasks.find((task) => task.source.name === source);
  if (found) return found;
  const known = tasks.map((task) => task.source.name).join(', ');
  throw new BadInputError(
    'unknown-source',
    `expected the source of a declared dataset, got ${JSON.stringify(source)}; there are ${known || 'none'}`,
  );
}
