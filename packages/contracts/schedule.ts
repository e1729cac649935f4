import type { Labels } from './run-terms.js';

/** What happens to a slot whose time comes while the run of an earlier one has not ended. */
export const overlapNames = ['skip', 'queue', 'allow'] as const;
export type Overlap = (typeof overlapNames)[number];

/** What happens to slots that nobody fired in time, for example because no worker ran. */
export const catchUpNames = ['none', 'latest', 'all'] as const;
export type CatchUp = (typeof catchUpNames)[number];

/** When the slots of a schedule are: at the times of a cron expression in a time zone, or at regular intervals. */
export interface ScheduleRule {
  /** Five fields (minute, hour, day of the month, month, day of the week), or six with seconds before them. */
  readonly cron?: string | undefined;
  /** Milliseconds between slots. They are the multiples of it since 1970-01-01T00:00Z, so they never drift. */
  readonly everyMs?: number | undefined;
  /** Name of the IANA time zone that `cron` is in, for example `Asia/Shanghai`; UTC if not given. */
  readonly timezone?: string | undefined;
}

/** A schedule as the folder of its task defines it. */
export interface ScheduleDefinition extends ScheduleRule {
  /** Unique among all schedules. */
  readonly name: string;
  /** Of each of its runs; whether it fits the task is checked when the catalogue is loaded. */
  readonly input: unknown;
  /** `skip` if not given. */
  readonly overlap?: Overlap;
  /** `none` if not given. */
  readonly catchUp?: CatchUp;
  /** Given to each of its runs, beside the task's own. */
  readonly labels?: Labels;
  /** Of its runs; the task's if not given. */
  readonly priority?: number;
}

/** What of a schedule a run belongs to. */
export interface RunSchedule {
  readonly name: string;
  /** The slot, ISO-8601 in UTC; null when somebody ran the schedule by hand. */
  readonly slotAt: string | null;
}

/**
 * What became of a slot.
 * - `pending`: it waits for the run of an earlier slot; the scheduler fires it when that has ended
 * - `fired`: it has its run, for good
 * - `skipped`: the run of an earlier slot had not ended
 * - `failed`: its run could not be recorded, for example because the input does not fit the task any more
 * - `missed`: nobody was there to fire it, or the schedule was paused
 *
 * All but `pending` and `fired` may be fired by a backfill. Row, run and the schedule's next slot are one commit, so a
 * crash leaves a slot either undecided or decided.
 */
export const slotStates = ['pending', 'fired', 'skipped', 'failed', 'missed'] as const;
export type SlotState = (typeof slotStates)[number];

/** What had a slot looked at: its time, a time that was over already, or somebody who asked for it. */
export const slotCauses = ['time', 'catch-up', 'backfill'] as const;
export type SlotCause = (typeof slotCauses)[number];

/** What a schedule cannot be named: an address under /api/schedules has it. */
export const reservedScheduleNames: readonly string[] = ['preview'];
