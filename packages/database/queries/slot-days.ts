import type { SlotState } from '#contracts/schedule.js';
import type { Pool } from '../pool.js';
import { readingLimitMs, readTogether } from './reading.js';
import { instantSql, shortInstant } from './times.js';

/** What became of the slots of a day. */
export interface SlotsOfDay {
  /** `2026-11-22` */
  readonly day: string;
  readonly pending: number;
  readonly fired: number;
  /** Of those: they had been missed. */
  readonly caughtUp: number;
  /** Of those: by a backfill. */
  readonly backfilled: number;
  readonly skipped: number;
  readonly failed: number;
  /** Missed, and the first and the last of them on this day; those that a backfill fired are among them. */
  readonly missed: number;
  /** Of the missed ones, of this and of longer spans, those that a backfill fired. */
  readonly refilled: number;
}

/** Slots that follow each other, that were missed, and that are of more than one day. */
export interface MissedSpan {
  readonly from: string;
  readonly to: string;
}

export interface SlotDays {
  /** Days on which something became of slots, in no order. */
  readonly days: readonly SlotsOfDay[];
  /** At most one for each midnight. */
  readonly spans: readonly MissedSpan[];
}

type Counts = Readonly<Record<Exclude<SlotState, 'missed'>, number>>;

/**
 * What became of a schedule's slots, by days of a zone.
 * @param from the first moment, ISO-8601, as is `to`, the last
 * @returns undefined when no schedule has the name
 */
export async function readSlotDays(
  pool: Pool,
  name: string,
  { timezone, from, to }: { readonly timezone: string; readonly from: string; readonly to: string },
): Promise<SlotDays | undefined> {
  return await readTogether(pool, readingLimitMs, async (tx) => {
    const found = await tx.query<{ id: string }>('SELECT id FROM ops.schedule WHERE name = $1', [name]);
    const [schedule] = found.rows;
    if (!schedule) return undefined;
    const values = [schedule.id, timezone, from, to];
    const dayOf = (column: string): string => `to_char(${column} AT TIME ZONE $2, 'YYYY-MM-DD')`;
    const within = `schedule_id = $1 AND last_at >= $3::timestamptz AND first_at <= $4::timestamptz`;
    const slots = await tx.query<Counts & { day: string; caughtUp: number; backfilled: number; refilled: number }>(
      `SELECT ${dayOf('slot_at')} AS day, ${(['pending', 'fired', 'skipped', 'failed'] as const)
        .map((state) => `(count(*) FILTER (WHERE state = '${state}'))::float8 AS ${state}`)
        .join(', ')},
         (count(*) FILTER (WHERE state = 'fired' AND cause = 'catch-up'))::float8 AS "caughtUp",
         (count(*) FILTER (WHERE state = 'fired' AND cause = 'backfill'))::float8 AS backfilled,
         (count(*) FILTER (WHERE cause = 'backfill' AND EXISTS (
           SELECT 1 FROM ops.missed_slots m WHERE m.schedule_id = $1 AND m.first_at <= slot_at AND m.last_at >= slot_at
         )))::float8 AS refilled
       FROM ops.slot WHERE schedule_id = $1 AND slot_at BETWEEN $3::timestamptz AND $4::timestamptz GROUP BY 1`,
      values,
    );
    const missed = await tx.query<{ day: string; missed: number }>(
      `SELECT ${dayOf('first_at')} AS day, sum(slots)::float8 AS missed FROM ops.missed_slots
       WHERE ${within} AND slots IS NOT NULL AND ${dayOf('first_at')} = ${dayOf('last_at')} GROUP BY 1`,
      values,
    );
    const spans = await tx.query<MissedSpan>(
      `SELECT ${instantSql('first_at')} AS "from", ${instantSql('last_at')} AS "to" FROM ops.missed_slots
       WHERE ${within} AND (slots IS NULL OR ${dayOf('first_at')} <> ${dayOf('last_at')})`,
      values,
    );
    const days = new Map<string, SlotsOfDay>(slots.rows.map((row) => [row.day, { ...row, missed: 0 }]));
    for (const { day, missed: count } of missed.rows)
      days.set(day, { ...nothing, ...days.get(day), day, missed: count });
    return {
      days: [...days.values()],
      spans: spans.rows.map((span) => ({ from: shortInstant(span.from), to: shortInstant(span.to) })),
    };
  });
}

const nothing = { pending: 0, fired: 0, caughtUp: 0, backfilled: 0, skipped: 0, failed: 0, refilled: 0 };
