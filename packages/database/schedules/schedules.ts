import type { Queryable, Tx } from '../pool.js';
import { storableJson } from '../storable.js';
import type { Clock, LockedSchedule, ScheduleFields, ScheduleOrigin, SlotCounts } from './schedule-types.js';

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;
const nowSql = (placeholder: string): string => `COALESCE(${placeholder}::timestamptz, clock_timestamp())`;
const iso = (instant: number | null | undefined): string | null =>
  instant === null || instant === undefined ? null : new Date(instant).toISOString();

const fieldColumns = `task, input, cron, every_ms::float8 AS "everyMs", timezone, overlap, catch_up AS "catchUp", labels, priority`;

/** `s` is a schedule: whether a run of one of its slots has not ended, those of backfills left out. */
const openRunSql = `SELECT r.id FROM ops.run r JOIN ops.slot ON slot.schedule_id = s.id AND slot.slot_at = r.slot_at
    AND slot.run_id = r.id AND slot.cause <> 'backfill'
  WHERE r.schedule = s.name AND r.state IN ('queued', 'delayed', 'waiting', 'running') LIMIT 1`;

/** Which schedules there is something to do for. */
export interface Look {
  readonly due: readonly string[];
  /** Milliseconds until the next slot of any schedule; null when none has one. */
  readonly waitMs: number | null;
  /** Whether slots wait for runs to end. */
  readonly isPending: boolean;
}

/** What a look needs to know. */
export interface LookOptions {
  readonly clock: Clock;
  /** The tasks that this process knows. */
  readonly tasks: readonly string[];
  /** After how many milliseconds a slot of another task is due here, too: nobody seems to know it. */
  readonly unknownMs: number;
  readonly limit: number;
}

/**
 * Looks for schedules that have a slot which is due, a waiting slot whose time has come, or a clock that was set back
 * since they were decided. One statement; with no schedules it reads nothing but an empty index.
 */
export async function findDueSchedules(db: Queryable, options: LookOptions): Promise<Look> {
  const { rows } = await db.query<{ due: string[]; wait_ms: number | null; is_pending: boolean }>(
    `WITH now AS MATERIALIZED (SELECT ${nowSql('$1')} AS at),
     due AS (
       SELECT s.id, s.next_at FROM ops.schedule s, now
       WHERE s.next_at <= now.at AND (s.task = ANY ($2::text[]) OR s.next_at < now.at - $3 * interval '1 millisecond')
       ORDER BY s.next_at LIMIT $4
     ), waiting AS (
       SELECT s.id, s.next_at FROM ops.schedule s, now
       WHERE s.pending > 0 AND s.paused_at IS NULL AND s.off_at IS NULL AND s.task = ANY ($2::text[])
         AND (s.overlap = 'allow' OR NOT EXISTS (${openRunSql}))
       LIMIT $4
     ), ahead AS (
       SELECT s.id, s.next_at FROM ops.schedule s, now WHERE s.decided_at > now.at AND s.next_at > now.at LIMIT $4
     )
     SELECT ARRAY(SELECT id::text FROM (SELECT * FROM due UNION SELECT * FROM waiting UNION SELECT * FROM ahead) AS found
         ORDER BY next_at) AS due,
       (SELECT (extract(epoch FROM s.next_at - now.at) * 1000)::float8 FROM ops.schedule s, now
        WHERE s.next_at > now.at ORDER BY s.next_at LIMIT 1) AS wait_ms,
       EXISTS (SELECT FROM ops.schedule WHERE pending > 0 AND paused_at IS NULL AND off_at IS NULL) AS is_pending`,
    [options.clock()?.toISOString() ?? null, options.tasks, options.unknownMs, options.limit],
  );
  const [row] = rows;
  if (!row) throw new Error('expected one row of what is due, got none');
  return { due: row.due, waitMs: row.wait_ms, isPending: row.is_pending };
}

/** Milliseconds for which a process may hold a schedule and say nothing; then the server ends its session. */
const hangingMs = 10_000;

/**
 * Locks a schedule by its id or name, so that nobody else decides about its slots before this transaction ends.
 * @param locking `SKIP LOCKED`: one that somebody else has locked is left to that one
 * @returns undefined when there is none, or when it is left
 */
export async function lockSchedule(
  tx: Tx,
  by: { readonly id: string } | { readonly name: string },
  clock: Clock,
  locking: '' | 'SKIP LOCKED' = '',
): Promise<LockedSchedule | undefined> {
  await tx.query(`SELECT set_config('idle_in_transaction_session_timeout', $1, true)`, [`${hangingMs}ms`]);
  const [column, value] = 'id' in by ? ['id', by.id] : ['name', by.name];
  const { rows } = await tx.query<LockedSchedule>(
    `SELECT id::text, name, origin, ${fieldColumns}, ${ms('paused_at')} AS "pausedAt", ${ms('off_at')} AS "offAt",
       ${ms('next_at')} AS "nextAt", ${ms('decided_at')} AS "decidedAt", pending, ${ms(nowSql('$2'))} AS now
     FROM ops.schedule WHERE ${column} = $1 FOR NO KEY UPDATE ${locking}`,
    [value, clock()?.toISOString() ?? null],
  );
  return rows[0];
}

/** What a schedule begins with, or is changed to. */
export interface ScheduleTiming {
  /** Null while it is paused or off, and when there is no slot any more. */
  readonly nextAt: number | null;
  readonly decidedAt: number;
}

/** The time, as the record sees it. */
export async function readNow(db: Queryable, clock: Clock): Promise<number> {
  const { rows } = await db.query<{ now: number }>(`SELECT ${ms(nowSql('$1'))} AS now`, [
    clock()?.toISOString() ?? null,
  ]);
  const [row] = rows;
  if (!row) throw new Error('expected the time, got no row');
  return row.now;
}

/** Records a new schedule. @returns false when one has the name already */
export async function insertSchedule(
  db: Queryable,
  name: string,
  origin: ScheduleOrigin,
  fields: ScheduleFields,
  timing: ScheduleTiming,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `INSERT INTO ops.schedule (name, origin, task, input, cron, every_ms, timezone, overlap, catch_up, labels, priority,
       next_at, decided_at, created_at, updated_at)
     VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10::jsonb, $11, $12::timestamptz, $13::timestamptz,
       $13::timestamptz, $13::timestamptz)
     ON CONFLICT (name) DO NOTHING`,
    [name, origin, ...fieldValues(fields), iso(timing.nextAt), iso(timing.decidedAt)],
  );
  return rowCount === 1;
}

const fieldValues = (fields: ScheduleFields): unknown[] => [
  fields.task,
  storableJson(fields.input),
  fields.cron,
  fields.everyMs,
  fields.timezone,
  fields.overlap,
  fields.catchUp,
  storableJson(fields.labels),
  fields.priority,
];

/** Writes what a locked schedule is made of from now on. */
export async function updateSchedule(
  tx: Tx,
  id: string,
  fields: ScheduleFields,
  timing: ScheduleTiming & { readonly pausedAt: number | null; readonly offAt: number | null },
): Promise<void> {
  await tx.query(
    `UPDATE ops.schedule SET task = $2, input = $3::jsonb, cron = $4, every_ms = $5, timezone = $6, overlap = $7,
       catch_up = $8, labels = $9::jsonb, priority = $10, next_at = $11::timestamptz, decided_at = $12::timestamptz,
       paused_at = $13::timestamptz, off_at = $14::timestamptz, updated_at = now()
     WHERE id = $1`,
    [id, ...fieldValues(fields), iso(timing.nextAt), iso(timing.decidedAt), iso(timing.pausedAt), iso(timing.offAt)],
  );
}

/** Writes until when the slots of a locked schedule are decided, and counts what became of them. */
export async function advanceSchedule(
  tx: Tx,
  id: string,
  timing: ScheduleTiming,
  counts: SlotCounts,
  pending: number,
): Promise<void> {
  await tx.query(
    `UPDATE ops.schedule SET next_at = $2::timestamptz, decided_at = $3::timestamptz, pending = pending + $4,
       fired = fired + $5, late = late + $6, caught_up = caught_up + $7, backfilled = backfilled + $8,
       skipped = skipped + $9, failed = failed + $10, missed = missed + $11
     WHERE id = $1`,
    [
      ...[id, iso(timing.nextAt), iso(timing.decidedAt), pending, counts.fired, counts.late, counts.caughtUp],
      ...[counts.backfilled, counts.skipped, counts.failed, counts.missed],
    ],
  );
}

/** Takes a schedule away with its slots. Its runs stay. */
export async function deleteSchedule(tx: Tx, id: string): Promise<void> {
  await tx.query('DELETE FROM ops.schedule WHERE id = $1', [id]);
}

/** A run of one of the slots of a schedule that has not ended; undefined when all have. */
export async function findOpenRun(db: Queryable, scheduleId: string): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string | null }>(
    `SELECT (${openRunSql}) AS id FROM ops.schedule s WHERE s.id = $1`,
    [scheduleId],
  );
  return rows[0]?.id ?? undefined;
}
