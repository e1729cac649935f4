import type { Queryable } from '../pool.js';
import { conditions } from './conditions.js';
import { type Page, type PageRequest, takePage } from './page.js';
import { instantSql, shortInstant } from './times.js';

/** A row's position in a list by time: the time with microseconds, then the file and the ordinal in it. */
export type TimePosition = readonly [time: string, fileId: string, ordinal: number];

/** Which detections are wanted; what is left out does not matter. */
export interface DetectionFilter {
  readonly vehicleId?: string | undefined;
  readonly objectType?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly fileId?: string | undefined;
  readonly value?: number | undefined;
  readonly minValue?: number | undefined;
  readonly maxValue?: number | undefined;
}

/** One detection of an event. */
export interface DetectionRow {
  readonly fileId: string;
  readonly ordinal: number;
  readonly runId: string | null;
  readonly eventOrdinal: number;
  readonly detectionOrdinal: number;
  readonly vehicleId: string;
  readonly detectionTime: string;
  readonly objectType: string;
  readonly objectValue: number;
}

/** Detections, the latest first. */
export async function listDetections(
  db: Queryable,
  filter: DetectionFilter,
  { after, limit }: PageRequest<TimePosition>,
): Promise<Page<DetectionRow, TimePosition>> {
  const where = conditions();
  where.when(filter.vehicleId, (p) => `o.vehicle_id = ${p}`);
  where.when(filter.objectType, (p) => `o.object_type = ${p}`);
  where.when(filter.from, (p) => `o.detection_time >= ${p}::timestamptz`);
  where.when(filter.to, (p) => `o.detection_time <= ${p}::timestamptz`);
  where.when(filter.fileId, (p) => `o.file_id = ${p}`);
  where.when(filter.value, (p) => `o.object_value = ${p}`);
  where.when(filter.minValue, (p) => `o.object_value >= ${p}`);
  where.when(filter.maxValue, (p) => `o.object_value <= ${p}`);
  if (after) {
    const [time, fileId, ordinal] = after.map((each) => where.param(each));
    where.and(`(o.detection_time, o.file_id, o.ordinal) < (${time}::timestamptz, ${fileId}::bigint, ${ordinal}::int)`);
  }
  const { rows } = await db.query<DetectionRow>(
    `SELECT o.file_id AS "fileId", o.ordinal, f.run_id AS "runId", o.event_ordinal AS "eventOrdinal",
       o.detection_ordinal AS "detectionOrdinal", o.vehicle_id AS "vehicleId",
       ${instantSql('o.detection_time')} AS "detectionTime", o.object_type AS "objectType", o.object_value AS "objectValue"
     FROM fleet.objects_detection o LEFT JOIN ops.file f ON f.id = o.file_id
     WHERE ${where.sql()}
     ORDER BY o.detection_time DESC, o.file_id DESC, o.ordinal DESC LIMIT ${where.param(limit + 1)}`,
    where.values,
  );
  return takePage(
    rows,
    limit,
    (row) => ({ ...row, detectionTime: shortInstant(row.detectionTime) }),
    (row) => [row.detectionTime, row.fileId, row.ordinal] as const,
  );
}
