import type { TaskDefinition } from '#contracts/task.js';
import { withSettings } from '#contracts/task-settings.js';
import type { Queryable } from '../pool.js';
import { type CurrentSettings, listSettings, readSettingsMark } from './task-settings.js';

/** How often a process looks whether settings have changed, in milliseconds. */
export const settingsEveryMs = 2_000;

/** The tasks of a process with what is set for them. While the database is away what was read last stays. */
export interface LiveSettings {
  /** All tasks as they are now; the same map changes in place. */
  readonly catalogue: ReadonlyMap<string, TaskDefinition>;
  /** As their folders define them. */
  readonly definitions: ReadonlyMap<string, TaskDefinition>;
  /** What is set for a task now; undefined where nothing was ever set. */
  of(task: string): CurrentSettings | undefined;
  /**
   * Looks whether anything has changed, in one cheap statement, and takes it over.
   * @returns whether it has
   */
  refresh(): Promise<boolean>;
}

export function openLiveSettings(db: Queryable, definitions: ReadonlyMap<string, TaskDefinition>): LiveSettings {
  const catalogue = new Map(definitions);
  let known = new Map<string, CurrentSettings>();
  let mark = 0;
  return {
    catalogue,
    definitions,
    of: (task) => known.get(task),
    async refresh() {
      if ((await readSettingsMark(db)) === mark) return false;
      const all = await listSettings(db);
      known = new Map(all.map((each) => [each.task, each]));
      mark = all.reduce((sum, { version }) => sum + version, 0);
      for (const [name, definition] of definitions) {
        catalogue.set(name, withSettings(definition, known.get(name)?.settings));
      }
      return true;
    },
  };
}
