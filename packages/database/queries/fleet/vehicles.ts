import type { Pool, Tx } from '../../pool.js';
import { type Conditions, conditions } from '../conditions.js';
import { type Page, type PageRequest, takePage } from '../page.js';
import { readingLimitMs, readTogether } from '../reading.js';
import { instantSql, shortInstant } from '../times.js';
import { hadAccident, latestReport, statusSince } from './reports.js';

/** Which vehicles are wanted. */
export interface VehicleFilter {
  /** Their latest report says this. */
  readonly status?: string | undefined;
  /** Whether they ever reported an accident. */
  readonly hasAccident?: boolean | undefined;
  /** Whether they ever reported a status. */
  readonly reported?: boolean | undefined;
}

/** What a vehicle says of itself at present; null where it never reported a status. */
export interface VehicleStatusNow {
  readonly status: string | null;
  /** When it reported last. */
  readonly reportedAt: string | null;
  /** Since when it reports this status. */
  readonly since: string | null;
}

/** A vehicle as lists show it. */
export interface Vehicle extends VehicleStatusNow {
  readonly vehicleId: string;
  readonly hasAccident: boolean;
}

/** Vehicles that one statement looks at. */
const vehiclesAtOnce = 1_000;
/** Milliseconds after which a page that is not full is handed out as it is. */
const budgetMs = 2_000;

/**
 * The vehicles of both datasets by their ids: from one to the next by a hop in an index, so that it costs what the number
 * of vehicles costs, not that of reports. A page may be short, even empty, and still have a next.
 * @throws DatabaseError 57014 when a statement took longer than `readingLimitMs`
 */
export function listVehicles(
  pool: Pool,
  filter: VehicleFilter,
  { after, limit }: PageRequest<string>,
  budget = budgetMs,
): Promise<Page<Vehicle, string>> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    const deadline = performance.now() + budget;
    const found: Vehicle[] = [];
    for (let from = after; ; ) {
      const { vehicles, last } = await readStretch(tx, filter, from, limit + 1 - found.length);
      found.push(...vehicles);
      if (found.length > limit)
        return takePage(
          found,
          limit,
          (vehicle) => vehicle,
          ({ vehicleId }) => vehicleId,
        );
      if (last === undefined) return { items: found, next: undefined };
      if (performance.now() >= deadline) return { items: found, next: last };
      from = last;
    }
  });
}

interface Stretch {
  readonly vehicles: readonly Vehicle[];
  /** The vehicle that was looked at last; undefined when there are no more. */
  readonly last: string | undefined;
}

/** The first vehicles that the filter leaves of the next `vehiclesAtOnce`. */
async function readStretch(tx: Tx, filter: VehicleFilter, after: string | undefined, limit: number): Promise<Stretch> {
  const where = conditions();
  const ids = vehicleIds(filter, after, where);
  where.when(filter.status, (p) => `latest.status = ${p}`);
  where.when(filter.hasAccident, (p) => `${hadAccident('v.id')} = ${p}::boolean`);
  where.when(filter.reported, (p) => `(latest.status IS NOT NULL) = ${p}::boolean`);
  const { rows } = await tx.query<{
    last: string | null;
    more: boolean;
    id: string | null;
    status: string | null;
    reported_at: string | null;
    since: string | null;
    had_accident: boolean;
  }>(
    `WITH RECURSIVE ${ids}, wanted AS (
       SELECT v.id, latest.status, latest.report_time FROM vehicle v LEFT JOIN LATERAL (${latestReport('v.id')}) latest ON true
       WHERE ${where.sql()} ORDER BY v.id LIMIT ${where.param(limit)}
     )
     SELECT seen.last, seen.count = ${vehiclesAtOnce} AS more, w.id, w.status, ${instantSql('w.report_time')} AS reported_at,
       ${instantSql(`(${statusSince('w.id', 'w')})`)} AS since, ${hadAccident('w.id')} AS had_accident
     FROM (SELECT max(id) AS last, count(*) FROM vehicle) seen LEFT JOIN wanted w ON true ORDER BY w.id`,
    where.values,
  );
  const vehicles = rows.flatMap(({ id, status, reported_at, since, had_accident }): Vehicle[] =>
    id === null
      ? []
      : [{ vehicleId: id, status, reportedAt: short(reported_at), since: short(since), hasAccident: had_accident }],
  );
  return { vehicles, last: (rows[0]?.more === true ? rows[0].last : null) ?? undefined };
}

const short = (instant: string | null): string | null => instant && shortInstant(instant);

/** SQL of `vehicle(id, nth)`: the next vehicles that may meet the filter, out of those tables that have such. */
function vehicleIds(
  { status, hasAccident, reported }: VehicleFilter,
  after: string | undefined,
  where: Conditions,
): string {
  const accidents = `fleet.vehicle_status t WHERE t.status = 'accident' AND`;
  const reports = 'fleet.vehicle_status t WHERE';
  const detections = 'fleet.objects_detection t WHERE';
  const tables =
    hasAccident === true ? [accidents] : status !== undefined || reported === true ? [reports] : [reports, detections];
  const next = (condition: string): string =>
    `least(${tables.map((table) => `(SELECT t.vehicle_id FROM ${table} ${condition} ORDER BY t.vehicle_id LIMIT 1)`).join(', ')})`;
  const start = after === undefined ? 'true' : `t.vehicle_id > ${where.param(after)}`;
  return `vehicle(id, nth) AS (
    SELECT first.id, 1 FROM (SELECT ${next(start)} AS id) first WHERE first.id IS NOT NULL
    UNION ALL
    SELECT hop.id, v.nth + 1 FROM vehicle v CROSS JOIN LATERAL (SELECT ${next('t.vehicle_id > v.id')} AS id) hop
    WHERE v.nth < ${vehiclesAtOnce} AND hop.id IS NOT NULL
  )`;
}

/** How many vehicles have a status at present. */
export interface StatusCount {
  readonly status: string;
  readonly vehicles: number;
}

/**
 * The current statuses of all vehicles that ever reported one, counted.
 * @throws DatabaseError 57014 when it took longer than `readingLimitMs`
 */
export function countStatuses(pool: Pool, { after, limit }: PageRequest<string>): Promise<Page<StatusCount, string>> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    const where = conditions();
    where.when(after, (p) => `status > ${p}`);
    const { rows } = await tx.query<StatusCount>(
      `SELECT status, count(*)::integer AS vehicles FROM fleet.vehicle_status_latest
       WHERE ${where.sql()} GROUP BY status ORDER BY status LIMIT ${where.param(limit + 1)}`,
      where.values,
    );
    return takePage(
      rows,
      limit,
      (row) => row,
      ({ status }) => status,
    );
  });
}
