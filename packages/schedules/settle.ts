import type { Catalogue } from '#catalogue/catalogue.js';
import type { OpenRun } from '#contracts/open-run.js';
import type { Tx } from '#database/pool.js';
import type { DecidedSlot, LockedSchedule, MissedRange, SlotCounts } from '#database/schedules/schedule-types.js';
import { advanceSchedule, findOpenRun } from '#database/schedules/schedules.js';
import { listPendingSlots, listSettledSlots, recordMissed, recordSlots } from '#database/schedules/slots.js';
import { inSpan } from '#process/tracing/spans.js';
import { type DueSlot, findDueSlots, maxCounted } from './due-slots.js';
import { fireSlot } from './fire-slot.js';
import { calendarOf } from './rule.js';

/** What was decided of a schedule's slots. */
export interface Settled {
  readonly slots: readonly DecidedSlot[];
  readonly missed: MissedRange | undefined;
  /** New runs: their jobs are the caller's to add, once the transaction has been committed. */
  readonly open: readonly OpenRun[];
}

/** Waiting slots that are looked at in one transaction. */
const maxPending = 100;
/** Milliseconds after its time from which a slot counts as fired late. */
const lateMs = 5_000;

/**
 * Decides about all slots of a locked schedule whose time has come: rows, runs and the schedule's next slot in the
 * caller's transaction. Waiting slots come before due ones. What was decided once is not decided again, also when the
 * clock has been set back since: then the schedule goes on from the present time.
 */
export async function settleSchedule(tx: Tx, catalogue: Catalogue, schedule: LockedSchedule): Promise<Settled> {
  const { id, nextAt, pausedAt, offAt, decidedAt, now } = schedule;
  if (pausedAt !== null || offAt !== null) return { slots: [], missed: undefined, open: [] };
  const calendar = calendarOf(schedule);
  const isDue = nextAt !== null && nextAt <= now;
  const { due, missed } = isDue
    ? findDueSlots(calendar, nextAt, now, schedule.catchUp)
    : { due: [], missed: undefined };
  const settled = await listSettledSlots(
    tx,
    id,
    due.map(({ slotAt }) => slotAt),
  );
  const decision = await decide(
    tx,
    catalogue,
    schedule,
    due.filter(({ slotAt }) => !settled.has(slotAt)),
  );
  await recordSlots(tx, id, now, decision.slots);
  if (missed) await recordMissed(tx, id, now, missed);
  const next = isDue || decidedAt > now ? (calendar.next(now) ?? null) : nextAt;
  const counts = countOf(decision.slots, missed, now);
  await advanceSchedule(tx, id, { nextAt: next, decidedAt: now }, counts, decision.pending);
  return { ...decision, missed };
}

/** Slots as they are decided, one after the other. */
interface Decision {
  readonly slots: DecidedSlot[];
  readonly open: OpenRun[];
  /** By how many more slots wait. */
  pending: number;
}

async function decide(
  tx: Tx,
  catalogue: Catalogue,
  schedule: LockedSchedule,
  due: readonly DueSlot[],
): Promise<Decision> {
  const decision: Decision = { slots: [], open: [], pending: 0 };
  const { id, overlap } = schedule;
  if (due.length === 0 && schedule.pending === 0) return decision;
  let busy = overlap === 'allow' ? undefined : await findOpenRun(tx, id);
  const fire = async (slot: DueSlot | DecidedSlot): Promise<void> => {
    const { slotAt, cause } = slot;
    const fired = await inSpan(`fire ${schedule.name}`, { kind: 'producer', parent: null }, () =>
      fireSlot(tx, catalogue, schedule, slotAt),
    );
    if ('reason' in fired) {
      decision.slots.push({ slotAt, cause, state: 'failed', reason: fired.reason });
      return;
    }
    decision.open.push(fired.open);
    decision.slots.push({ slotAt, cause, state: 'fired', runId: fired.open.id });
    if (overlap !== 'allow') busy = fired.open.id;
  };

  let left = schedule.pending;
  if (left > 0 && busy === undefined) {
    for (const { slotAt, cause } of await listPendingSlots(tx, id, maxPending)) {
      if (busy !== undefined) break;
      await fire({ slotAt, cause, state: 'pending' });
      left -= 1;
    }
    decision.pending = left - schedule.pending;
  }
  for (const slot of due) {
    if (busy === undefined && left === 0) {
      await fire(slot);
      continue;
    }
    const { slotAt, cause } = slot;
    const before = busy === undefined ? 'earlier slots wait' : `run ${busy} of an earlier slot had not ended`;
    // Who has slots caught up wants each of them.
    const waits = overlap !== 'skip' || cause === 'catch-up';
    decision.slots.push({ slotAt, cause, state: waits ? 'pending' : 'skipped', reason: before });
    if (waits) {
      left += 1;
      decision.pending += 1;
    }
  }
  return decision;
}

function countOf(slots: readonly DecidedSlot[], missed: MissedRange | undefined, now: number): SlotCounts {
  const count = (fits: (slot: DecidedSlot) => boolean): number => slots.filter(fits).length;
  const isFired = ({ state }: DecidedSlot): boolean => state === 'fired';
  return {
    fired: count(isFired),
    late: count((slot) => isFired(slot) && now - slot.slotAt > lateMs),
    caughtUp: count((slot) => isFired(slot) && slot.cause === 'catch-up'),
    backfilled: 0,
    skipped: count(({ state }) => state === 'skipped'),
    failed: count(({ state }) => state === 'failed'),
    missed: missed ? (missed.slots ?? maxCounted) : 0,
  };
}
