import type { TaskDefinition } from '#contracts/task.js';
import type { Catalogue } from './catalogue.js';

/** A task that takes files from the inbox. */
export type SourceTask = TaskDefinition & { readonly source: NonNullable<TaskDefinition['source']> };

/** The tasks of a catalogue that have a source, in the order in which they are asked: fallbacks last. */
export function sourceTasks(catalogue: Catalogue): SourceTask[] {
  const tasks = [...catalogue.values()].filter((task): task is SourceTask => task.source !== undefined);
  return tasks.sort((a, b) => Number(a.source.fallback ?? false) - Number(b.source.fallback ?? false));
}

/**
 * Tasks with another number of files in a batch than their sources say, except where that is one.
 * @param files BATCH_FILES
 */
export function withBatchFiles(catalogue: Catalogue, files: number | undefined): Catalogue {
  if (files === undefined) return catalogue;
  return new Map([...catalogue].map(([name, task]) => [name, batchedBy(task, files)]));
}

function batchedBy(task: TaskDefinition, files: number): TaskDefinition {
  if (!task.source || task.source.batch.files === 1) return task;
  return { ...task, source: { ...task.source, batch: { ...task.source.batch, files } } };
}

/** The name of the source that takes a path; null when none does. The first of the tasks wins. */
export function sourceOf(tasks: readonly SourceTask[], path: string): string | null {
  return tasks.find((task) => task.source.matches(path))?.source.name ?? null;
}
