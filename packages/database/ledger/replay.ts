import type { FileState } from '#contracts/states.js';
import { actsAs } from '../changes/actor.js';
import type { Queryable } from '../pool.js';

/** What came of asking for a change of a file's state. */
export type StateChange =
  | { readonly kind: 'changed'; readonly state: FileState }
  /** The file is in a state, or an old version, from which the change is not possible. */
  | { readonly kind: 'refused'; readonly state: FileState; readonly current: boolean }
  | { readonly kind: 'unknown' };

/** One that waits for rows of other files is settled already. */
const waits = `(state = 'settled' AND waiting)`;
const isQuarantined = `state = 'quarantined'`;
/** From where a file is sent back to be loaded once more. `loaded` is not among these states: that takes a run. */
const isReplayable = `(state IN ('quarantined', 'duplicate', 'discarded') OR ${waits})`;

/**
 * Sends a file back to be loaded: to `settled` when its bytes were hashed, so that the dispatcher takes it up, else to
 * `arriving`. One that waits for rows of other files looks for them now. One that was quarantined goes in a batch of its own, for it may have brought a batch down.
 * @param actor who, for the history of the file; the session's own actor if not given
 */
export async function replayFile(db: Queryable, id: string, actor?: string): Promise<StateChange> {
  const [file] = await sendBack(db, [id], isReplayable, actor);
  return file ? { kind: 'changed', state: file.state } : await refusal(db, id);
}

/** Does the same to those of some files that are quarantined, all or none. @returns their ids */
export async function replayQuarantined(db: Queryable, ids: readonly string[], actor?: string): Promise<string[]> {
  return (await sendBack(db, ids, isQuarantined, actor)).map(({ id }) => id);
}

/** Puts a file that is quarantined, or waits for rows of others, aside: `discarded`, its reason kept. */
export async function discardFile(db: Queryable, id: string, actor?: string): Promise<StateChange> {
  const [file] = await putAside(db, [id], `(${isQuarantined} OR ${waits})`, actor);
  return file ? { kind: 'changed', state: file.state } : await refusal(db, id);
}

/** Does the same to those of some files that are quarantined, all or none. @returns their ids */
export async function discardQuarantined(db: Queryable, ids: readonly string[], actor?: string): Promise<string[]> {
  return (await putAside(db, ids, isQuarantined, actor)).map(({ id }) => id);
}

interface ChangedFile {
  readonly id: string;
  readonly state: FileState;
}

/** The files that are meant, locked in the order in which the watcher locks them. Of the parameters, the first is the ids. */
const meant = (condition: string): string => `
  WITH meant AS MATERIALIZED (
    SELECT id FROM ops.file WHERE id = ANY ($1::bigint[]) AND current AND ${condition} ORDER BY id FOR NO KEY UPDATE
  )`;

async function sendBack(db: Queryable, ids: readonly string[], condition: string, actor?: string) {
  const { rows } = await db.query<ChangedFile>(
    `${meant(`source IS NOT NULL AND ${condition}`)}
     UPDATE ops.file f
     SET state = CASE WHEN sha256 IS NULL THEN 'arriving' ELSE 'settled' END::ops.file_state,
       settled_at = CASE WHEN sha256 IS NULL THEN NULL ELSE now() END,
       waiting = false, alone = alone OR state = 'quarantined', tick = NULL, code = NULL, reason = NULL, duplicate_of_id = NULL, ended_at = NULL,
       updated_at = now()
     FROM meant WHERE f.id = meant.id AND ${actsAs('$2')}
     RETURNING f.id, f.state`,
    [ids, actor ?? null],
  );
  return rows;
}

async function putAside(db: Queryable, ids: readonly string[], condition: string, actor?: string) {
  const { rows } = await db.query<ChangedFile>(
    `${meant(condition)}
     UPDATE ops.file f SET state = 'discarded', waiting = false, ended_at = now(), updated_at = now()
     FROM meant WHERE f.id = meant.id AND ${actsAs('$2')} RETURNING f.id, f.state`,
    [ids, actor ?? null],
  );
  return rows;
}

async function refusal(db: Queryable, id: string): Promise<StateChange> {
  const { rows } = await db.query<{ state: FileState; current: boolean }>(
    'SELECT state, current FROM ops.file WHERE id = $1',
    [id],
  );
  return rows[0] ? { kind: 'refused', ...rows[0] } : { kind: 'unknown' };
}

/** The run that is about to load a file or loads it now, if there is one. */
export async function findOpenRun(db: Queryable, fileId: string): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT r.id FROM ops.run_file rf JOIN ops.run r ON r.id = rf.run_id
     WHERE rf.file_id = $1 AND r.state IN ('queued', 'delayed', 'waiting', 'running') LIMIT 1`,
    [fileId],
  );
  return rows[0]?.id;
}
