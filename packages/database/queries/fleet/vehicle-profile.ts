import type { Pool, Tx } from '../../pool.js';
import { readingLimitMs, readTogether } from '../reading.js';
import { instantSql, shortInstant } from '../times.js';
import { hadAccident, latestReport, reportOrder, statusSince } from './reports.js';
import { isVehicle, secondsSql, untilSql } from './vehicle-timeline.js';
import type { Vehicle } from './vehicles.js';

/** Types and statuses that a profile lists at most; anybody may send new ones. */
export const maxProfileEntries = 100;

/** What a vehicle detected of one type. */
export interface TypeFigures {
  readonly objectType: string;
  readonly reports: number;
  /** Sum of the values, as text: it may pass 2^53. */
  readonly objects: string;
}

/** How often a vehicle reported a status, and how long it had it. */
export interface StatusFigures {
  readonly status: string;
  readonly reports: number;
  readonly seconds: number;
}

/** What is known of a vehicle; times are null where there is no row. */
export interface VehicleProfile extends Vehicle {
  /** Of rows of both datasets. */
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly detections: {
    readonly first: string | null;
    readonly last: string | null;
    readonly reports: number;
    readonly objects: string;
    /** How many types there are; the list has the most reported ones. */
    readonly types: number;
    readonly byType: readonly TypeFigures[];
  };
  readonly reports: {
    readonly first: string | null;
    readonly last: string | null;
    readonly reports: number;
    /** How many statuses there are; the list has the most reported ones. */
    readonly statuses: number;
    /** Up to when time is counted. */
    readonly until: string;
    readonly byStatus: readonly StatusFigures[];
  };
}

/**
 * A vehicle's figures, read from its own rows.
 * @param until up to when time is counted; now if not given
 * @returns undefined when no row is of this vehicle
 * @throws DatabaseError 57014 when a statement took longer than `readingLimitMs`
 */
export function vehicleProfile(pool: Pool, vehicleId: string, until?: string): Promise<VehicleProfile | undefined> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    if (!(await isVehicle(tx, vehicleId))) return undefined;
    const now = await readNow(tx, vehicleId, until);
    const types = await readTypes(tx, vehicleId);
    const statuses = await readStatuses(tx, vehicleId, until);
    return {
      vehicleId,
      status: now.status,
      reportedAt: short(now.last_report),
      since: short(now.since),
      hasAccident: now.had_accident,
      firstSeen: short(now.first_seen),
      lastSeen: short(now.last_seen),
      detections: {
        first: short(now.first_detection),
        last: short(now.last_detection),
        reports: Number(types[0]?.all_reports ?? 0),
        objects: types[0]?.all_objects ?? '0',
        types: Number(types[0]?.all_types ?? 0),
        byType: types.map(({ object_type, reports, objects }) => ({
          objectType: object_type,
          reports: Number(reports),
          objects,
        })),
      },
      reports: {
        first: short(now.first_report),
        last: short(now.last_report),
        reports: Number(statuses[0]?.all_reports ?? 0),
        statuses: Number(statuses[0]?.all_statuses ?? 0),
        until: shortInstant(now.until),
        byStatus: statuses.map(({ status, reports, seconds }) => ({ status, reports: Number(reports), seconds })),
      },
    };
  });
}

const short = (instant: string | null): string | null => instant && shortInstant(instant);

interface NowRow {
  readonly status: string | null;
  readonly since: string | null;
  readonly had_accident: boolean;
  readonly first_report: string | null;
  readonly last_report: string | null;
  readonly first_detection: string | null;
  readonly last_detection: string | null;
  readonly first_seen: string | null;
  readonly last_seen: string | null;
  readonly until: string;
}

/** Each of them is an end of a stretch of an index. */
async function readNow(tx: Tx, vehicleId: string, until: string | undefined): Promise<NowRow> {
  const end = (of: 'min' | 'max', column: string, table: string): string =>
    `(SELECT ${of}(${column}) FROM fleet.${table} WHERE vehicle_id = v.id)`;
  const { rows } = await tx.query<NowRow>(
    `SELECT latest.status, ${instantSql(`(${statusSince('v.id', 'latest')})`)} AS since, ${hadAccident('v.id')} AS had_accident,
       ${instantSql('seen.first_report')} AS first_report, ${instantSql('seen.last_report')} AS last_report,
       ${instantSql('seen.first_detection')} AS first_detection, ${instantSql('seen.last_detection')} AS last_detection,
       ${instantSql('least(seen.first_report, seen.first_detection)')} AS first_seen,
       ${instantSql('greatest(seen.last_report, seen.last_detection)')} AS last_seen,
       ${instantSql(untilSql('$2'))} AS until
     FROM (SELECT $1::text AS id) v
     CROSS JOIN LATERAL (SELECT ${end('min', 'report_time', 'vehicle_status')} AS first_report,
       ${end('max', 'report_time', 'vehicle_status')} AS last_report,
       ${end('min', 'detection_time', 'objects_detection')} AS first_detection,
       ${end('max', 'detection_time', 'objects_detection')} AS last_detection) seen
     LEFT JOIN LATERAL (${latestReport('v.id')}) latest ON true`,
    [vehicleId, until ?? null],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`the vehicle ${vehicleId}: expected one row, got none`);
  return row;
}

interface TypeRow {
  readonly object_type: string;
  readonly reports: string;
  readonly objects: string;
  readonly all_types: string;
  readonly all_reports: string;
  readonly all_objects: string;
}

async function readTypes(tx: Tx, vehicleId: string): Promise<readonly TypeRow[]> {
  const { rows } = await tx.query<TypeRow>(
    `SELECT object_type, reports, objects::text, count(*) OVER () AS all_types, (sum(reports) OVER ())::text AS all_reports,
       (sum(objects) OVER ())::text AS all_objects
     FROM (SELECT object_type, count(*) AS reports, sum(object_value) AS objects FROM fleet.objects_detection
       WHERE vehicle_id = $1 GROUP BY object_type) by_type
     ORDER BY by_type.reports DESC, object_type LIMIT ${maxProfileEntries}`,
    [vehicleId],
  );
  return rows;
}

interface StatusRow {
  readonly status: string;
  readonly reports: string;
  readonly seconds: number;
  readonly all_statuses: string;
  readonly all_reports: string;
}

/** A report's time goes to the next one of the vehicle. */
async function readStatuses(tx: Tx, vehicleId: string, until: string | undefined): Promise<readonly StatusRow[]> {
  const { rows } = await tx.query<StatusRow>(
    `SELECT status, reports, seconds::float8, count(*) OVER () AS all_statuses, (sum(reports) OVER ())::text AS all_reports
     FROM (SELECT status, count(*) AS reports, sum(${secondsSql('report_time', 'next', untilSql('$2'))}) AS seconds
       FROM (SELECT s.status, s.report_time,
           lead(s.report_time, 1, 'infinity') OVER (ORDER BY ${reportOrder('s')}) AS next
         FROM fleet.vehicle_status s WHERE s.vehicle_id = $1) report
       GROUP BY status) by_status
     ORDER BY by_status.reports DESC, status LIMIT ${maxProfileEntries}`,
    [vehicleId, until ?? null],
  );
  return rows;
}
