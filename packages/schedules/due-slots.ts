import { countSlots, slotsWithin } from '#calendar/calendar.js';
import type { Calendar } from '#calendar/calendar-types.js';
import type { CatchUp, SlotCause } from '#contracts/schedule.js';
import type { MissedRange } from '#database/schedules/schedule-types.js';

/** Milliseconds by which a slot may be late without having been missed: a worker was restarted, or a clock was put right. */
export const graceMs = 60_000;
/** Slots that are caught up at most, the latest ones. */
export const maxCatchUp = 1_000;
/** Missed slots that are counted; of more it is only known that they are more. */
export const maxCounted = 10_000;

/** A slot that is to be decided. */
export interface DueSlot {
  readonly slotAt: number;
  readonly cause: Exclude<SlotCause, 'backfill'>;
}

/** What is to be decided of a schedule at a moment. */
export interface DueSlots {
  /** In their order. */
  readonly due: readonly DueSlot[];
  /** Those before them, which are not fired. */
  readonly missed: MissedRange | undefined;
}

/**
 * The slots from the first one that is not decided until now. What is not older than `graceMs` is due; of what is older
 * `catchUp` says whether it is caught up: nothing, the latest slot unless a later one is due anyway, or all.
 */
export function findDueSlots(calendar: Calendar, first: number, now: number, catchUp: CatchUp): DueSlots {
  const border = now - graceMs;
  const onTime = [...slotsWithin(calendar, Math.max(first, border), now)];
  const wanted = { none: 0, latest: onTime.length === 0 ? 1 : 0, all: maxCatchUp }[catchUp];
  const late: number[] = [];
  let last = calendar.previous(border);
  while (last !== undefined && last >= first && late.length < wanted) {
    late.push(last);
    last = calendar.previous(last);
  }
  const due = [
    ...late.reverse().map((slotAt): DueSlot => ({ slotAt, cause: 'catch-up' })),
    ...onTime.map((slotAt): DueSlot => ({ slotAt, cause: 'time' })),
  ];
  if (last === undefined || last < first) return { due, missed: undefined };
  const reason =
    catchUp === 'all'
      ? `more than ${maxCatchUp} slots were missed, and only the latest are caught up; a backfill fires the others`
      : `no worker fired it within ${graceMs / 1000} s of its time, and catchUp is ${catchUp}`;
  return { due, missed: rangeOf(calendar, first, last, reason) };
}

/** The slots of a span as a range. @param first and `last` are slots */
export const rangeOf = (calendar: Calendar, first: number, last: number, reason: string): MissedRange => ({
  firstAt: first,
  lastAt: last,
  slots: countSlots(calendar, first, last, maxCounted),
  reason,
});
