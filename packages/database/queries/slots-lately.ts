import type { SlotState } from '#contracts/schedule.js';
import type { RunState } from '#contracts/states.js';
import type { Queryable } from '../pool.js';
import { instantSql, shortInstant } from './times.js';

/** What became of a schedule's slots lately. */
export interface SlotsLately {
  /** The latest slot that is decided, of several that were missed the last one; null while there is none. */
  readonly lastSlot: {
    readonly slotAt: string;
    readonly state: SlotState;
    readonly runId: string | null;
    /** Of its run; null where it has none, or its run is deleted. */
    readonly runState: RunState | null;
  } | null;
  /** Slots of the last 24 hours that did not become runs; of more than 10,000 that were skipped or failed the latest 10,000. */
  readonly unfired: {
    /** Those that were missed together count as a whole if the last of them is that new; null: more than anybody counts. */
    readonly missed: number | null;
    readonly skipped: number;
    readonly failed: number;
  };
}

interface Row extends Omit<SlotsLately, 'lastSlot'> {
  readonly name: string;
  readonly slotAt: string | null;
  readonly state: SlotState;
  readonly runId: string | null;
  readonly runState: RunState | null;
}

/** By the names of schedules, along the indexes of their slots. Schedules that are not there are left out. */
export async function readSlotsLately(
  db: Queryable,
  names: readonly string[],
): Promise<ReadonlyMap<string, SlotsLately>> {
  if (names.length === 0) return new Map();
  const { rows } = await db.query<Row>(
    `SELECT s.name, ${instantSql('last.slot_at')} AS "slotAt", last.state, last.run_id AS "runId", r.state AS "runState",
       json_build_object('skipped', unfired.skipped, 'failed', unfired.failed,
         'missed', CASE WHEN missed.uncounted THEN NULL ELSE COALESCE(missed.slots, 0) END) AS unfired
     FROM ops.schedule s
     LEFT JOIN LATERAL (
       SELECT * FROM (
         (SELECT slot_at, state, run_id FROM ops.slot WHERE schedule_id = s.id ORDER BY slot_at DESC LIMIT 1)
         UNION ALL
         (SELECT last_at, 'missed', NULL FROM ops.missed_slots WHERE schedule_id = s.id ORDER BY last_at DESC LIMIT 1)
       ) AS decided ORDER BY slot_at DESC, state = 'missed' LIMIT 1
     ) last ON true
     LEFT JOIN ops.run r ON r.id = last.run_id
     CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE state = 'skipped') AS skipped, count(*) FILTER (WHERE state = 'failed') AS failed FROM (
         SELECT state FROM ops.slot
         WHERE schedule_id = s.id AND state IN ('skipped', 'failed') AND slot_at > now() - interval '1 day' AND slot_at <= now()
         ORDER BY slot_at DESC LIMIT 10000
       ) AS latest
     ) unfired
     CROSS JOIN LATERAL (
       SELECT sum(slots) AS slots, bool_or(slots IS NULL) AS uncounted
       FROM ops.missed_slots WHERE schedule_id = s.id AND last_at > now() - interval '1 day'
     ) missed
     WHERE s.name = ANY ($1::text[])`,
    [names],
  );
  return new Map(
    rows.map(({ name, slotAt, state, runId, runState, unfired }) => [
      name,
      { lastSlot: slotAt === null ? null : { slotAt: shortInstant(slotAt), state, runId, runState }, unfired },
    ]),
  );
}
