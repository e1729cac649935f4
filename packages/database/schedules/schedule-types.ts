import type { Labels } from '#contracts/run-terms.js';
import type { CatchUp, Overlap, SlotCause, SlotState } from '#contracts/schedule.js';

/** What a schedule is made of. */
export interface ScheduleFields {
  readonly task: string;
  readonly input: unknown;
  /** One of both is set. */
  readonly cron: string | null;
  readonly everyMs: number | null;
  readonly timezone: string;
  readonly overlap: Overlap;
  readonly catchUp: CatchUp;
  readonly labels: Labels;
  /** Null: as the task says. */
  readonly priority: number | null;
}

/** Where a schedule is defined: in the folder of its task, or over the API. */
export type ScheduleOrigin = 'task' | 'api';

/** A schedule whose row this transaction has locked. Times are milliseconds since 1970-01-01T00:00Z. */
export interface LockedSchedule extends ScheduleFields {
  readonly id: string;
  readonly name: string;
  readonly origin: ScheduleOrigin;
  readonly pausedAt: number | null;
  /** When its task's folder was found not to define it any more. */
  readonly offAt: number | null;
  /** The first slot that is not decided; null while it is paused or off. */
  readonly nextAt: number | null;
  /** Until when all slots are decided. */
  readonly decidedAt: number;
  /** Slots that wait. */
  readonly pending: number;
  /** The time now. */
  readonly now: number;
}

/** What is recorded of one slot. */
export interface DecidedSlot {
  readonly slotAt: number;
  readonly state: Exclude<SlotState, 'missed'>;
  readonly cause: SlotCause;
  readonly runId?: string;
  readonly reason?: string;
}

/** Slots that follow each other and that nobody fired. */
export interface MissedRange {
  readonly firstAt: number;
  readonly lastAt: number;
  /** Undefined: more than anybody counts. */
  readonly slots: number | undefined;
  readonly reason: string;
}

/** By how much the counts of a schedule go up. */
export interface SlotCounts {
  readonly fired: number;
  /** Of those fired: well after their time. */
  readonly late: number;
  /** Of those fired: they had been missed. */
  readonly caughtUp: number;
  readonly backfilled: number;
  readonly skipped: number;
  readonly failed: number;
  /** At least so many. */
  readonly missed: number;
}

/** The time now, where it is not that of the database's clock: tests set one. */
export type Clock = () => Date | undefined;
export const databaseClock: Clock = () => undefined;
