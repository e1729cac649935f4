import type { Queryable } from '../pool.js';
import { conditions } from './conditions.js';
import type { TimePosition } from './objects-detection.js';
import { type Page, type PageRequest, takePage } from './page.js';
import { instantSql, shortInstant } from './times.js';

/** Which status reports are wanted; what is left out does not matter. */
export interface StatusFilter {
  /** Only the latest report of each vehicle; the other conditions then hold for that one. */
  readonly latest?: boolean | undefined;
  readonly vehicleId?: string | undefined;
  readonly status?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly fileId?: string | undefined;
}

/** One report of a vehicle's status. */
export interface StatusRow {
  readonly fileId: string;
  readonly ordinal: number;
  readonly runId: string | null;
  readonly vehicleId: string;
  readonly reportTime: string;
  readonly status: string;
}

/** Status reports, the latest first. */
export async function listStatuses(
  db: Queryable,
  filter: StatusFilter,
  { after, limit }: PageRequest<TimePosition>,
): Promise<Page<StatusRow, TimePosition>> {
  const where = conditions();
  where.when(filter.vehicleId, (p) => `s.vehicle_id = ${p}`);
  where.when(filter.status, (p) => `s.status = ${p}`);
  where.when(filter.from, (p) => `s.report_time >= ${p}::timestamptz`);
  where.when(filter.to, (p) => `s.report_time <= ${p}::timestamptz`);
  where.when(filter.fileId, (p) => `s.file_id = ${p}`);
  if (after) {
    const [time, fileId, ordinal] = after.map((each) => where.param(each));
    where.and(`(s.report_time, s.file_id, s.ordinal) < (${time}::timestamptz, ${fileId}::bigint, ${ordinal}::int)`);
  }
  const { rows } = await db.query<StatusRow>(
    `SELECT s.file_id AS "fileId", s.ordinal, f.run_id AS "runId", s.vehicle_id AS "vehicleId",
       ${instantSql('s.report_time')} AS "reportTime", s.status
     FROM fleet.${filter.latest === true ? 'vehicle_status_latest' : 'vehicle_status'} s
     LEFT JOIN ops.file f ON f.id = s.file_id
     WHERE ${where.sql()}
     ORDER BY s.report_time DESC, s.file_id DESC, s.ordinal DESC LIMIT ${where.param(limit + 1)}`,
    where.values,
  );
  return takePage(
    rows,
    limit,
    (row) => ({ ...row, reportTime: shortInstant(row.reportTime) }),
    (row) => [row.reportTime, row.fileId, row.ordinal] as const,
  );
}
