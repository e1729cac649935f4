import type { TaskDefinition } from '#contracts/task.js';
import { changesOf, type TaskSettings } from '#contracts/task-settings.js';
import type { Caller } from '../actions.js';
import { type Pool, type Tx, transaction } from '../pool.js';
import { limitLockWait } from '../runs/locks.js';
import { storableJson } from '../storable.js';
import type { CurrentSettings } from './task-settings.js';

/** A change of what is set for a task. */
export interface SettingsRequest extends Caller {
  /** The task as its folder defines it. */
  readonly definition: TaskDefinition;
  /** What is to be set instead of what is set now. */
  next(settings: TaskSettings): TaskSettings;
  /** Whether the version of now, 0 where nothing was ever set, is the one that the caller knows. */
  isKnown(version: number): boolean;
  readonly note?: string | undefined;
  /** The version whose settings are taken over again. */
  readonly restored?: number;
}

/** What has become of a request. */
export type SettingsChange =
  | { readonly kind: 'changed'; readonly version: number }
  /** It asked for what is set already; no version was written. */
  | { readonly kind: 'same'; readonly version: number }
  /** Somebody else has changed the settings meanwhile; nothing was done. */
  | { readonly kind: 'outdated'; readonly version: number };

/**
 * Sets something for a task, as a new version, in one transaction. Attempts that begin after its commit run under it.
 * @throws Error with SQLSTATE 55P03 when others keep the settings locked for seconds
 */
export async function changeSettings(pool: Pool, request: SettingsRequest): Promise<SettingsChange> {
  return await transaction(pool, async (tx) => {
    await limitLockWait(tx);
    const { version, settings } = await lockSettings(tx, request.definition.name);
    if (!request.isKnown(version)) return { kind: 'outdated', version };
    const next = request.next(settings);
    const changes = changesOf(request.definition, settings, next);
    if (changes.length === 0) return { kind: 'same', version };
    await tx.query(
      `WITH current AS (
         INSERT INTO ops.task_setting (task, version, paused, concurrency, settings) VALUES ($1, $2, $3, $4, $5::jsonb)
         ON CONFLICT (task) DO UPDATE SET version = excluded.version, paused = excluded.paused,
           concurrency = excluded.concurrency, settings = excluded.settings, updated_at = now()
       )
       INSERT INTO ops.task_setting_version (task, version, caller, session, note, restored, settings, changes)
       VALUES ($1, $2, $6, $7, $8, $9, $5::jsonb, $10::jsonb)`,
      [
        request.definition.name,
        version + 1,
        next.paused ?? false,
        next.concurrency ?? null,
        storableJson(next),
        request.caller,
        request.session,
        request.note ?? null,
        request.restored ?? null,
        storableJson(changes),
      ],
    );
    return { kind: 'changed', version: version + 1 };
  });
}

/** Nobody else changes the settings of the task before this transaction has ended, nor begins a run of it within a limit. */
async function lockSettings(tx: Tx, task: string): Promise<Omit<CurrentSettings, 'task'>> {
  // There is no row to be locked before the first change.
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('millrace settings of ' || $1::text, 0))`, [task]);
  const { rows } = await tx.query<CurrentSettings>(
    'SELECT version, settings FROM ops.task_setting WHERE task = $1 FOR NO KEY UPDATE',
    [task],
  );
  return rows[0] ?? { version: 0, settings: {} };
}
