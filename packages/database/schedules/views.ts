import type { SlotCause, SlotState } from '#contracts/schedule.js';
import type { RunState } from '#contracts/states.js';
import type { Queryable } from '../pool.js';
import { conditions } from '../queries/conditions.js';
import { type Page, type PageRequest, takePage } from '../queries/page.js';
import { instantSql, shortInstant } from '../queries/times.js';
import type { ScheduleFields, ScheduleOrigin, SlotCounts } from './schedule-types.js';

/** A schedule as people see it. Times are ISO-8601 in UTC. */
export interface ScheduleView extends ScheduleFields {
  readonly name: string;
  readonly origin: ScheduleOrigin;
  readonly pausedAt: string | null;
  readonly offAt: string | null;
  readonly nextAt: string | null;
  readonly pending: number;
  readonly counts: SlotCounts;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const maybeInstant = (column: string): string => `${instantSql(column)} AS "${column}"`;

const viewColumns = `name, origin, task, input, cron, every_ms::float8 AS "everyMs", timezone, overlap, catch_up AS "catchUp",
  labels, priority, pending, ${['paused_at', 'off_at', 'next_at', 'created_at', 'updated_at'].map(maybeInstant).join(', ')},
  json_build_object('fired', fired, 'late', late, 'caughtUp', caught_up, 'backfilled', backfilled, 'skipped', skipped,
    'failed', failed, 'missed', missed) AS counts`;

interface ViewRow extends Omit<ScheduleView, 'pausedAt' | 'offAt' | 'nextAt' | 'createdAt' | 'updatedAt'> {
  readonly paused_at: string | null;
  readonly off_at: string | null;
  readonly next_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

const short = (text: string | null): string | null => (text === null ? null : shortInstant(text));

function toView({ paused_at, off_at, next_at, created_at, updated_at, ...rest }: ViewRow): ScheduleView {
  return {
    ...rest,
    pausedAt: short(paused_at),
    offAt: short(off_at),
    nextAt: short(next_at),
    createdAt: shortInstant(created_at),
    updatedAt: shortInstant(updated_at),
  };
}

/** Which schedules are wanted; what is left out does not matter. */
export interface ScheduleFilter {
  readonly task?: string | undefined;
  readonly paused?: boolean | undefined;
}

/** Schedules by their names. */
export async function listSchedules(
  db: Queryable,
  filter: ScheduleFilter,
  { after, limit }: PageRequest<string>,
): Promise<Page<ScheduleView, string>> {
  const where = conditions();
  where.when(filter.task, (p) => `task = ${p}`);
  if (filter.paused !== undefined) where.and(`paused_at IS ${filter.paused ? 'NOT ' : ''}NULL`);
  where.when(after, (p) => `name > ${p}`);
  const { rows } = await db.query<ViewRow>(
    `SELECT ${viewColumns} FROM ops.schedule WHERE ${where.sql()} ORDER BY name LIMIT ${where.param(limit + 1)}`,
    where.values,
  );
  return takePage(rows, limit, toView, ({ name }) => name);
}

/** One schedule by its name. */
export async function findSchedule(db: Queryable, name: string): Promise<ScheduleView | undefined> {
  const { rows } = await db.query<ViewRow>(`SELECT ${viewColumns} FROM ops.schedule WHERE name = $1`, [name]);
  return rows[0] && toView(rows[0]);
}

/** The schedules of some tasks that their folders defined when they were last looked at. */
export async function listScheduleNames(db: Queryable, tasks: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `SELECT name FROM ops.schedule WHERE origin = 'task' AND off_at IS NULL AND task = ANY ($1::text[]) ORDER BY name`,
    [tasks],
  );
  return rows.map(({ name }) => name);
}

/** What became of a slot, or of several that follow each other and were missed. */
export interface SlotView {
  readonly slotAt: string;
  /** The last one; the slot itself when it is one. */
  readonly lastSlotAt: string;
  /** Null: more than anybody counted. */
  readonly slots: number | null;
  readonly state: SlotState;
  readonly cause: SlotCause | null;
  readonly runId: string | null;
  /** Null where there is no run, or it is deleted. */
  readonly runState: RunState | null;
  readonly reason: string | null;
  readonly decidedAt: string;
}

/** Which slots are wanted; what is left out does not matter. */
export interface SlotFilter {
  readonly states?: readonly SlotState[] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A slot's position in the list: its time, and the number of the missed ones that begin with it. */
export type SlotPosition = readonly [slotAt: string, missedId: string];

/** What became of a schedule's slots, the latest first. @returns undefined when no schedule has the name */
export async function listSlots(
  db: Queryable,
  name: string,
  filter: SlotFilter,
  { after, limit }: PageRequest<SlotPosition>,
): Promise<Page<SlotView, SlotPosition> | undefined> {
  const found = await db.query<{ id: string }>('SELECT id FROM ops.schedule WHERE name = $1', [name]);
  const [schedule] = found.rows;
  if (!schedule) return undefined;
  const slots = conditions();
  const id = slots.param(schedule.id);
  slots.when(filter.states, (p) => `state = ANY (${p}::text[])`);
  slots.when(filter.from, (p) => `last_at >= ${p}::timestamptz`);
  slots.when(filter.to, (p) => `slot_at <= ${p}::timestamptz`);
  if (after) {
    slots.and(`(slot_at, missed_id) < (${slots.param(after[0])}::timestamptz, ${slots.param(after[1])}::bigint)`);
  }
  const { rows } = await db.query<SlotView & { missedId: string }>(
    `SELECT ${instantSql('slot.slot_at')} AS "slotAt", ${instantSql('slot.last_at')} AS "lastSlotAt", slot.slots, slot.state, slot.cause,
       slot.run_id AS "runId", r.state AS "runState", slot.reason, ${instantSql('slot.decided_at')} AS "decidedAt",
       slot.missed_id::text AS "missedId"
     FROM (SELECT * FROM (
       SELECT slot_at, slot_at AS last_at, 1 AS slots, state, cause, run_id, reason, decided_at, 0::bigint AS missed_id
       FROM ops.slot WHERE schedule_id = ${id}
       UNION ALL
       SELECT first_at, last_at, slots, 'missed', NULL, NULL, reason, decided_at, id
       FROM ops.missed_slots WHERE schedule_id = ${id}
     ) AS decided
     WHERE ${slots.sql()} ORDER BY slot_at DESC, missed_id DESC LIMIT ${slots.param(limit + 1)}) AS slot
     LEFT JOIN ops.run r ON r.id = slot.run_id ORDER BY slot.slot_at DESC, slot.missed_id DESC`,
    slots.values,
  );
  return takePage(
    rows,
    limit,
    ({ missedId: _missedId, ...slot }) => ({
      ...slot,
      slotAt: shortInstant(slot.slotAt),
      lastSlotAt: shortInstant(slot.lastSlotAt),
      decidedAt: shortInstant(slot.decidedAt),
    }),
    ({ slotAt, missedId }) => [slotAt, missedId],
  );
}

/** Numbers of all schedules, for health and metrics. */
export interface ScheduleFigures extends SlotCounts {
  readonly schedules: number;
  readonly paused: number;
  /** Slots that wait. */
  readonly pending: number;
  /** Schedules whose slot has been due for half a minute: nobody seems to fire. */
  readonly overdue: number;
}

/** One statement over the schedules; it reads no slots. Counts go down when a schedule is deleted. */
export async function readScheduleFigures(db: Queryable): Promise<ScheduleFigures> {
  const sum = (column: string, name: string): string => `COALESCE(sum(${column}), 0)::float8 AS "${name}"`;
  const sums = ['fired', 'late', 'backfilled', 'skipped', 'failed', 'missed', 'pending'].map((each) => sum(each, each));
  const { rows } = await db.query<ScheduleFigures>(
    `SELECT count(*)::float8 AS schedules, count(paused_at)::float8 AS paused,
       count(*) FILTER (WHERE next_at < now() - interval '30 seconds')::float8 AS overdue,
       ${sum('caught_up', 'caughtUp')}, ${sums.join(', ')} FROM ops.schedule`,
  );
  const [row] = rows;
  if (!row) throw new Error('expected one row of figures, got none');
  return row;
}
