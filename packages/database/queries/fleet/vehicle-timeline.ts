import type { Pool, Tx } from '../../pool.js';
import { conditions } from '../conditions.js';
import { type Page, type PageRequest, takePage } from '../page.js';
import { readingLimitMs, readTogether } from '../reading.js';
import { instantSql, shortInstant } from '../times.js';
import { reportOrder } from './reports.js';

/** A time for which a vehicle reported one status. */
export interface StatusSpan {
  readonly status: string;
  readonly from: string;
  /** When it first reported another; null for the status that it has. */
  readonly to: string | null;
  /** How long that was, as far as it lies before the moment up to which time is counted. */
  readonly seconds: number;
  /** Reports that say so, one after the other. */
  readonly reports: number;
}

/** The first report of a span: its time, file and ordinal, and the status. */
export type SpanPosition = readonly [time: string, fileId: string, ordinal: number, status: string];

/** SQL of the seconds from one moment to another, as far as they lie before a third. */
export const secondsSql = (from: string, to: string, until: string): string =>
  `extract(epoch FROM greatest(least(${to}, ${until}) - ${from}, interval '0'))`;

/** SQL of the moment up to which time is counted: one that was asked for, or that of the transaction. */
export const untilSql = (placeholder: string): string => `coalesce(${placeholder}::timestamptz, now())`;

/** Whether any row is of this vehicle. */
export async function isVehicle(tx: Tx, vehicleId: string): Promise<boolean> {
  const { rows } = await tx.query<{ known: boolean }>(
    `SELECT EXISTS (SELECT FROM fleet.vehicle_status WHERE vehicle_id = $1)
       OR EXISTS (SELECT FROM fleet.objects_detection WHERE vehicle_id = $1) AS known`,
    [vehicleId],
  );
  return rows[0]?.known === true;
}

/**
 * What a vehicle's status was, in the order of time; reports that say the same as the one before are one span.
 * @param until up to when time is counted; now if not given
 * @returns undefined when no row is of this vehicle
 * @throws DatabaseError 57014 when a statement took longer than `readingLimitMs`; 22… when `after` is no position
 */
export function vehicleTimeline(
  pool: Pool,
  { vehicleId, until }: { readonly vehicleId: string; readonly until?: string | undefined },
  { after, limit }: PageRequest<SpanPosition>,
): Promise<Page<StatusSpan, SpanPosition> | undefined> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    const where = conditions();
    where.when(vehicleId, (p) => `s.vehicle_id = ${p}`);
    if (after) {
      const [time, fileId, ordinal] = after.slice(0, 3).map((each) => where.param(each));
      where.and(`(${reportOrder('s')}) > (${time}::timestamptz, ${fileId}::bigint, ${ordinal}::integer)`);
    }
    const before = `${where.param(after?.[3] ?? null)}::text`;
    const moment = untilSql(where.param(until ?? null));
    const order = reportOrder('r');
    const { rows } = await tx.query<SpanRow>(
      `SELECT r.status, ${instantSql('r.report_time')} AS start, r.file_id, r.ordinal, ${instantSql('r.next')} AS end,
         ${secondsSql('r.report_time', `coalesce(r.next, 'infinity')`, moment)}::float8 AS seconds,
         coalesce(r.next_nth, r.count + 1) - r.nth AS reports
       FROM (
         SELECT r.*, lead(r.report_time) OVER later AS next, lead(r.nth) OVER later AS next_nth,
           -- Only the last one, which has no next, needs to know how many there are.
           CASE WHEN lead(r.nth) OVER later IS NULL THEN (SELECT count(*) FROM fleet.vehicle_status s WHERE ${where.sql()}) END AS count
         FROM (
           SELECT s.report_time, s.file_id, s.ordinal, s.status, lag(s.status, 1, ${before}) OVER times AS before,
             row_number() OVER times AS nth
           FROM fleet.vehicle_status s WHERE ${where.sql()} WINDOW times AS (ORDER BY ${reportOrder('s')})
         ) r WHERE r.status IS DISTINCT FROM r.before WINDOW later AS (ORDER BY ${order})
       ) r ORDER BY ${order} LIMIT ${where.param(limit + 1)}`,
      where.values,
    );
    if (rows.length === 0 && !(await isVehicle(tx, vehicleId))) return undefined;
    return takePage(rows, limit, toSpan, ({ start, file_id, ordinal, status }) => [start, file_id, ordinal, status]);
  });
}

interface SpanRow {
  readonly status: string;
  readonly start: string;
  readonly file_id: string;
  readonly ordinal: number;
  readonly end: string | null;
  readonly seconds: number;
  readonly reports: string;
}

const toSpan = ({ status, start, end, seconds, reports }: SpanRow): StatusSpan => ({
  status,
  from: shortInstant(start),
  to: end && shortInstant(end),
  seconds,
  reports: Number(reports),
});
