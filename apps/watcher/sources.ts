import type { TaskDefinition } from '#contracts/task.js';
import type { Catalogue } from '#runtime/catalogue.js';

/** A task that takes files from the inbox. */
export type SourceTask = TaskDefinition & { readonly source: NonNullable<TaskDefinition['source']> };

/** The tasks of a catalogue that have a source. */
export function sourceTasks(catalogue: Catalogue): SourceTask[] {
  return [...catalogue.values()].filter((task): task is SourceTask => task.source !== undefined);
}

/** The name of the source that takes a path; null when none does. The first in the tasks' order of names wins. */
export function sourceOf(tasks: readonly SourceTask[], path: string): string | null {
  return tasks.find((task) => task.source.matches(path))?.source.name ?? null;
}
