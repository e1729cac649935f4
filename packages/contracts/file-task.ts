import { type Static, Type } from 'typebox';
import type { DatasetDefinition, FileFormat, TableDefinition } from './dataset.js';
import type { SourceDefinition, TaskDefinition } from './task.js';

/** The input of every task that loads files: ids of the ledger, in the order in which they are loaded. */
export const FileTaskInput = Type.Object(
  {
    files: Type.Array(
      Type.String({ pattern: '^[1-9][0-9]{0,17}$', description: "A file's id, as GET /api/files lists it" }),
      { minItems: 1, maxItems: 100_000, uniqueItems: true, description: 'The files to load in one transaction' },
    ),
  },
  { additionalProperties: false },
);
export type FileTaskInput = Static<typeof FileTaskInput>;

const Count = (description: string) => Type.Integer({ minimum: 0, description });

/** The output of every task that loads files. */
export const FileTaskOutput = Type.Object({
  files: Count('Files given to the run'),
  loaded: Count('Files whose rows were written'),
  duplicates: Count('Files whose bytes were loaded already'),
  quarantined: Count('Files that could not be loaded; each has its reason'),
  changed: Count('Files that changed while they were read, and went back to arriving'),
  released: Type.Optional(Count('Files that could not be read for now; each is tried again in a run of its own')),
  waiting: Type.Optional(Count('Files that wait for rows of other files; each is loaded when these are there')),
  outdated: Count('Files that were not loaded because a newer one of the same day or table is'),
  replaced: Count('Older files whose rows were taken away'),
  rows: Count('Rows written'),
  removedRows: Type.Optional(Count('Rows that files had before which were loaded once more')),
  rejects: Count('Parts of loaded files that could not be taken, for example bad events'),
});
export type FileTaskOutput = Static<typeof FileTaskOutput>;

/** A task that loads the files of a source. */
export type FileTaskDefinition = TaskDefinition<typeof FileTaskInput, typeof FileTaskOutput> & {
  readonly source: SourceDefinition;
};

/** The batch of sources with many small files. */
export const manySmallFiles: SourceDefinition['batch'] = { files: 720, bytes: 512 * 2 ** 20 };

/** Defines a task that loads files; what such tasks have in common need not be said, but may be said otherwise. */
export function defineFileTask(
  own: Pick<FileTaskDefinition, 'name' | 'description' | 'source'> &
    Partial<Omit<FileTaskDefinition, 'input' | 'output'>>,
): FileTaskDefinition {
  return {
    queue: 'loads',
    input: FileTaskInput,
    output: FileTaskOutput,
    retry: { attempts: 5, backoffMs: 2_000, maxBackoffMs: 60_000 },
    timeoutMs: 60 * 60_000,
    concurrency: 1,
    priority: 0,
    ...own,
  };
}

/** Whether a task loads the files of a source, as `defineFileTask` makes such tasks. */
export function isFileTask(task: TaskDefinition): task is FileTaskDefinition {
  return task.source !== undefined && task.input === FileTaskInput && task.output === FileTaskOutput;
}

/** A task that is nothing but a declaration: its table is made from it, and workers load its files by it. */
export type DatasetTaskDefinition = FileTaskDefinition & {
  readonly format: FileFormat;
  readonly dataset: DatasetDefinition;
};

/** Declares a source whose files' rows go into a table as they are. `checkDataset` says what a declaration may hold. */
export function defineDatasetTask(
  own: Pick<DatasetTaskDefinition, 'name' | 'description' | 'source' | 'format' | 'dataset'> &
    Partial<Omit<DatasetTaskDefinition, 'input' | 'output'>>,
): DatasetTaskDefinition {
  return { ...defineFileTask(own), format: own.format, dataset: own.dataset };
}

/** Whether a task is a declaration that workers load files by. */
export function isDatasetTask(task: TaskDefinition): task is DatasetTaskDefinition {
  return hasDataset(task) && task.format !== undefined && 'replace' in task.dataset;
}

/** A task that loads the files of a source into one table that people can read. */
type OneDatasetTask = TaskDefinition & { readonly source: SourceDefinition; readonly dataset: TableDefinition };

/** Whether a task says which table its source's files become rows of, whether by a declaration or by a body. */
export function hasDataset(task: TaskDefinition): task is OneDatasetTask {
  return task.source !== undefined && task.dataset !== undefined;
}

/** A table that people can read, and what loads it. */
export interface ReadableDataset {
  /** As it stands in `/api/datasets/{name}`: that of its source, unless the task loads several tables. */
  readonly name: string;
  readonly dataset: TableDefinition;
  readonly source: SourceDefinition;
  readonly task: TaskDefinition;
}

/** The datasets that a task loads, in their order. */
export function datasetsOfTask(task: TaskDefinition): ReadableDataset[] {
  const { source, dataset, datasets } = task;
  if (source === undefined) return [];
  const tables = dataset === undefined ? (datasets ?? {}) : { [source.name]: dataset };
  return Object.entries(tables).map(([name, table]) => ({ name, dataset: table, source, task }));
}
