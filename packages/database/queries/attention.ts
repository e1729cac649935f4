import type { Pool, Queryable } from '../pool.js';
import { readingLimitMs, readTogether } from './reading.js';

/** A schedule that recorded no run for some of its slots of the last 24 hours. */
export interface UnfiredSlots {
  readonly schedule: string;
  /** Slots that nobody fired in time; null: more than anybody counts. */
  readonly missed: number | null;
  /** Slots that were skipped because a run of an earlier one went on. */
  readonly skipped: number;
  /** Slots for which no run could be recorded. */
  readonly failed: number;
}

/** Schedules that are named. */
const maxSchedules = 100;

/**
 * Schedules with slots of the last 24 hours that did not become runs, by name, at most 100. Slots that were missed together count as
 * a whole if the last of them is that new; those that a backfill has fired since are not skipped any more.
 */
export async function listUnfiredSlots(pool: Pool): Promise<UnfiredSlots[]> {
  const { rows } = await readTogether(pool, readingLimitMs, (tx) =>
    tx.query<UnfiredSlots>(
      `SELECT s.name AS schedule, unfired.skipped, unfired.failed,
       CASE WHEN missed.uncounted THEN NULL ELSE COALESCE(missed.slots, 0) END AS missed
     FROM ops.schedule s CROSS JOIN LATERAL (
       SELECT (count(*) FILTER (WHERE state = 'skipped'))::float8 AS skipped, (count(*) FILTER (WHERE state = 'failed'))::float8 AS failed
       FROM ops.slot WHERE schedule_id = s.id AND state IN ('skipped', 'failed') AND slot_at > now() - interval '1 day' AND slot_at <= now()
     ) unfired CROSS JOIN LATERAL (
       SELECT sum(slots)::float8 AS slots, bool_or(slots IS NULL) AS uncounted, count(*) AS ranges
       FROM ops.missed_slots WHERE schedule_id = s.id AND last_at > now() - interval '1 day'
     ) missed
     WHERE unfired.skipped + unfired.failed + missed.ranges > 0 ORDER BY s.name LIMIT ${maxSchedules}`,
    ),
  );
  return rows;
}

/** Tasks of which no attempt may begin, by name. */
export async function listPausedTasks(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ task: string }>('SELECT task FROM ops.task_setting WHERE paused ORDER BY task');
  return rows.map(({ task }) => task);
}
