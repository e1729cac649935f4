import type { Queryable, Tx } from '../pool.js';
import { storableJson } from '../storable.js';
import type { DecidedSlot, MissedRange } from './schedule-types.js';

/** Of these slots of a schedule, those that are not to be fired: they have their run, or wait for it. */
export async function listSettledSlots(
  db: Queryable,
  scheduleId: string,
  slots: readonly number[],
): Promise<Set<number>> {
  if (slots.length === 0) return new Set();
  const { rows } = await db.query<{ at: number }>(
    `SELECT (extract(epoch FROM slot_at) * 1000)::float8 AS at FROM ops.slot
     WHERE schedule_id = $1 AND slot_at = ANY ($2::timestamptz[]) AND state IN ('fired', 'pending')`,
    [scheduleId, slots.map((slot) => new Date(slot).toISOString())],
  );
  return new Set(rows.map(({ at }) => at));
}

/** The slots of a schedule that wait, the earliest first. */
export async function listPendingSlots(db: Queryable, scheduleId: string, limit: number): Promise<PendingSlot[]> {
  const { rows } = await db.query<PendingSlot>(
    `SELECT (extract(epoch FROM slot_at) * 1000)::float8 AS "slotAt", cause FROM ops.slot
     WHERE schedule_id = $1 AND state = 'pending' ORDER BY slot_at LIMIT $2`,
    [scheduleId, limit],
  );
  return rows;
}

export type PendingSlot = Pick<DecidedSlot, 'slotAt' | 'cause'>;

/**
 * Records what became of slots of a locked schedule, in place of what was recorded before.
 * @throws Error when one of them has fired already: it must not do so twice
 */
export async function recordSlots(
  tx: Tx,
  scheduleId: string,
  decidedAt: number,
  slots: readonly DecidedSlot[],
): Promise<void> {
  if (slots.length === 0) return;
  const { rowCount } = await tx.query(
    `INSERT INTO ops.slot (schedule_id, slot_at, state, cause, run_id, reason, decided_at)
     SELECT $1, to_timestamp(given."slotAt" / 1000), given.state, given.cause, given."runId", given.reason, $2::timestamptz
     FROM json_to_recordset($3::json) AS given ("slotAt" float8, state text, cause text, "runId" uuid, reason text)
     ON CONFLICT (schedule_id, slot_at) DO UPDATE SET state = excluded.state, cause = excluded.cause,
       run_id = excluded.run_id, reason = excluded.reason, decided_at = excluded.decided_at
     WHERE slot.state <> 'fired'`,
    [scheduleId, new Date(decidedAt).toISOString(), storableJson(slots)],
  );
  if (rowCount !== slots.length) {
    throw new Error(
      `expected to record ${slots.length} slots of schedule ${scheduleId}, got ${rowCount}; others had fired`,
    );
  }
}

/** Records slots that nobody fired. */
export async function recordMissed(tx: Tx, scheduleId: string, decidedAt: number, missed: MissedRange): Promise<void> {
  await tx.query(
    `INSERT INTO ops.missed_slots (schedule_id, first_at, last_at, slots, reason, decided_at)
     VALUES ($1, $2::timestamptz, $3::timestamptz, $4, $5, $6::timestamptz)`,
    [
      scheduleId,
      new Date(missed.firstAt).toISOString(),
      new Date(missed.lastAt).toISOString(),
      missed.slots ?? null,
      missed.reason,
      new Date(decidedAt).toISOString(),
    ],
  );
}
