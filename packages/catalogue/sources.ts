import type { TaskDefinition } from '#contracts/task.js';
import type { Catalogue } from './catalogue.js';

/** A task that takes files from the inbox. */
export type SourceTask = TaskDefinition & { readonly source: NonNullable<TaskDefinition['source']> };

/** The tasks of a catalogue that have a source, in the order in which they are asked: fallbacks last. */
export function sourceTasks(catalogue: Catalogue): SourceTask[] {
  const tasks = [...catalogue.values()].filter((task): task is SourceTask => task.source !== undefined);
  return tasks.sort((a, b) => Number(a.source.fallback ?? false) - Number(b.source.fallback ?? false));
}

/** The name of the source that takes a path; null when none does. The first of the tasks wins. */
export function sourceOf(tasks: readonly SourceTask[], path: string): string | null {
  return tasks.find((task) => task.source.matches(path))?.source.name ?? null;
}
