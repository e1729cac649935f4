import type { SettingChange, TaskSettings } from '#contracts/task-settings.js';
import type { Caller } from '../actions.js';
import type { Queryable } from '../pool.js';
import { type Page, type PageRequest, takePage } from '../queries/page.js';
import { instantSql, shortInstant } from '../queries/times.js';

/** What is set for a task now. */
export interface CurrentSettings {
  readonly task: string;
  /** Counts the changes of the task's settings, from 1. */
  readonly version: number;
  readonly settings: TaskSettings;
}

/** What is set for tasks now; a task is not there before something was set for it. */
export async function listSettings(db: Queryable): Promise<CurrentSettings[]> {
  const { rows } = await db.query<CurrentSettings>('SELECT task, version, settings FROM ops.task_setting');
  return rows;
}

/** A number that is another one after each change of any task's settings: each adds 1 to a version. */
export async function readSettingsMark(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ mark: number }>(
    'SELECT COALESCE(sum(version), 0)::float8 AS mark FROM ops.task_setting',
  );
  return rows[0]?.mark ?? 0;
}

/** A version of a task's settings, as it was recorded. */
export interface SettingsVersion extends Caller {
  readonly task: string;
  readonly version: number;
  /** ISO-8601 in UTC. */
  readonly at: string;
  readonly note: string | null;
  /** The version whose settings it took over again. */
  readonly restored: number | null;
  readonly settings: TaskSettings;
  readonly changes: readonly SettingChange[];
}

const columns = `v.task, v.version, ${instantSql('v.at')} AS at, v.caller, v.session, v.note, v.restored, v.settings, v.changes`;
const shown = (row: SettingsVersion): SettingsVersion => ({ ...row, at: shortInstant(row.at) });

/** The version in force; undefined where nothing was ever set. */
export async function findSettings(db: Queryable, task: string): Promise<SettingsVersion | undefined> {
  const { rows } = await db.query<SettingsVersion>(
    `SELECT ${columns} FROM ops.task_setting s JOIN ops.task_setting_version v ON v.task = s.task AND v.version = s.version
     WHERE s.task = $1`,
    [task],
  );
  return rows.map(shown)[0];
}

/** One version; undefined when there is none of that number. */
export async function findSettingsVersion(
  db: Queryable,
  task: string,
  version: number,
): Promise<SettingsVersion | undefined> {
  const { rows } = await db.query<SettingsVersion>(
    `SELECT ${columns} FROM ops.task_setting_version v WHERE v.task = $1 AND v.version = $2`,
    [task, version],
  );
  return rows.map(shown)[0];
}

/** The versions of a task's settings, newest first. */
export async function listSettingsVersions(
  db: Queryable,
  task: string,
  { after, limit }: PageRequest<number>,
): Promise<Page<SettingsVersion, number>> {
  const { rows } = await db.query<SettingsVersion>(
    `SELECT ${columns} FROM ops.task_setting_version v WHERE v.task = $1 AND ($2::int IS NULL OR v.version < $2)
     ORDER BY v.version DESC LIMIT $3`,
    [task, after ?? null, limit + 1],
  );
  return takePage(rows, limit, shown, (row) => row.version);
}
