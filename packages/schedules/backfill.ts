import { slotsWithin } from '#calendar/calendar.js';
import type { OpenRun } from '#contracts/open-run.js';
import { transaction } from '#database/pool.js';
import type { DecidedSlot, LockedSchedule, SlotCounts } from '#database/schedules/schedule-types.js';
import { advanceSchedule, lockSchedule } from '#database/schedules/schedules.js';
import { listSettledSlots, recordSlots } from '#database/schedules/slots.js';
import type { ChangeDeps } from './change.js';
import { refuseOff } from './change.js';
import { BackfillSpanError, ScheduleRefusedError } from './errors.js';
import { fireSlot } from './fire-slot.js';
import { calendarOf } from './rule.js';

/** Slots of one backfill. */
export const maxBackfill = 10_000;
/** Slots of one transaction. */
const pageSize = 200;

/** A span of time, both ends included; what is later than now is left out. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a backfill has done, or would do. */
export interface Backfill {
  /** Slots of the span. */
  readonly slots: number;
  /** Of those: they have their run already, or wait for it. */
  readonly settled: number;
  /** Of those: they have a run now, or would get one. */
  readonly fired: number;
  /** Of those: their runs could not be recorded; the slots say why. */
  readonly failed: number;
}

/**
 * Fires each slot of a span that has not fired, page by page. A backfill that is repeated, or runs beside another, fires
 * none twice. Overlap does not hold for them.
 * @param send adds the jobs of a page's runs
 * @returns undefined when no schedule has the name
 * @throws BackfillSpanError, ScheduleRefusedError
 */
export async function backfillSchedule(
  deps: ChangeDeps,
  name: string,
  span: Span,
  options: { readonly dryRun: boolean; send(open: readonly OpenRun[]): Promise<void> },
): Promise<Backfill | undefined> {
  const { pool, catalogue, clock } = deps;
  const schedule = await transaction(pool, (tx) => lockSchedule(tx, { name }, clock));
  if (!schedule) return undefined;
  refuseOff(schedule);
  if (!catalogue.has(schedule.task)) {
    throw new ScheduleRefusedError('off', `no task is named ${JSON.stringify(schedule.task)} here`);
  }
  // Slots to come fire at their times.
  const slots = listSlots(schedule, { ...span, to: Math.min(span.to, schedule.now) });
  let [settled, fired, failed] = [0, 0, 0];
  for (let start = 0; start < slots.length; start += pageSize) {
    const page = slots.slice(start, start + pageSize);
    const done = options.dryRun ? await countPage(deps, schedule, page) : await firePage(deps, schedule, page);
    settled += done.settled;
    fired += done.fired;
    failed += done.failed;
    await options.send(done.open);
  }
  return { slots: slots.length, settled, fired, failed };
}

function listSlots(schedule: LockedSchedule, { from, to }: Span): number[] {
  if (from > to) throw new BackfillSpanError('from', 'must not be later than `to`, nor than now');
  const slots: number[] = [];
  for (const slot of slotsWithin(calendarOf(schedule), from, to)) {
    if (slots.length === maxBackfill) {
      throw new BackfillSpanError(
        'to',
        `must leave at most ${maxBackfill} slots in the span, there are more than ${maxBackfill}; backfill it in parts, ` +
          `the first until ${new Date(slots.at(-1) ?? from).toISOString()}`,
      );
    }
    slots.push(slot);
  }
  return slots;
}

/** What was done about some slots. */
interface Page extends Omit<Backfill, 'slots'> {
  readonly open: readonly OpenRun[];
}

async function countPage({ pool }: ChangeDeps, { id }: LockedSchedule, page: readonly number[]): Promise<Page> {
  const settled = (await listSettledSlots(pool, id, page)).size;
  return { settled, fired: page.length - settled, failed: 0, open: [] };
}

async function firePage(
  { pool, catalogue, clock }: ChangeDeps,
  { id, name }: LockedSchedule,
  page: readonly number[],
): Promise<Page> {
  return await transaction(pool, async (tx) => {
    const schedule = await lockSchedule(tx, { id }, clock);
    if (!schedule) throw new ScheduleRefusedError('off', `the schedule ${name} was deleted while it was backfilled`);
    const settled = await listSettledSlots(tx, id, page);
    const open: OpenRun[] = [];
    const slots: DecidedSlot[] = [];
    for (const slotAt of page) {
      if (settled.has(slotAt)) continue;
      const outcome = await fireSlot(tx, catalogue, schedule, slotAt);
      if ('open' in outcome) {
        open.push(outcome.open);
        slots.push({ slotAt, cause: 'backfill', state: 'fired', runId: outcome.open.id });
      } else {
        slots.push({ slotAt, cause: 'backfill', state: 'failed', reason: outcome.reason });
      }
    }
    const failed = slots.length - open.length;
    await recordSlots(tx, id, schedule.now, slots);
    await advanceSchedule(tx, id, schedule, { ...noCounts, backfilled: open.length, failed }, 0);
    return { settled: settled.size, fired: open.length, failed, open };
  });
}

const noCounts: SlotCounts = { fired: 0, late: 0, caughtUp: 0, backfilled: 0, skipped: 0, failed: 0, missed: 0 };
