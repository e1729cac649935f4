import type { Pool } from '../../pool.js';
import { type Conditions, conditions } from '../conditions.js';
import { type Page, type PageRequest, takePage } from '../page.js';
import { readingLimitMs, readTogether } from '../reading.js';
import { instantSql, shortInstant } from '../times.js';
import { isVehicle } from './vehicle-timeline.js';

/** What a vehicle sends: reports of its status, and detections. */
export const historyKinds = ['status', 'detection'] as const;
export type HistoryKind = (typeof historyKinds)[number];

/** One row of a vehicle, of either dataset. */
export interface HistoryEntry {
  readonly at: string;
  readonly kind: HistoryKind;
  /** What it reported; null for a detection. */
  readonly status: string | null;
  /** What it detected, and how many; null for a report. */
  readonly objectType: string | null;
  readonly objectValue: number | null;
  readonly fileId: string;
  readonly ordinal: number;
}

/** Which entries are wanted. Times are ISO-8601 with `Z`; both ends belong to a range. */
export interface HistoryQuery {
  readonly vehicleId: string;
  readonly kind?: HistoryKind | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly isEarliestFirst?: boolean | undefined;
}

/** The time, kind, file and ordinal of an entry. */
export type HistoryPosition = readonly [time: string, kind: HistoryKind, fileId: string, ordinal: number];

/**
 * Where the rows of each kind are. At one instant reports come before detections, which `rank` says; of one kind the row of
 * the later file is the later one, and of one file the later one in it, as everywhere.
 */
const sources = {
  status: {
    rank: 0,
    table: 'fleet.vehicle_status',
    time: 't.report_time',
    fields: 't.status, NULL::text AS object_type, NULL::integer AS object_value',
  },
  detection: {
    rank: 1,
    table: 'fleet.objects_detection',
    time: 't.detection_time',
    fields: 'NULL::text AS status, t.object_type, t.object_value',
  },
} as const;

interface Row {
  readonly at: string;
  readonly kind: HistoryKind;
  readonly status: string | null;
  readonly object_type: string | null;
  readonly object_value: number | null;
  readonly file_id: string;
  readonly ordinal: number;
}

/**
 * What a vehicle reported and detected, row by row in the order of time. A page reads as many rows of each dataset as it has.
 * @returns undefined when no row is of this vehicle
 * @throws DatabaseError 57014 when a statement took longer than `readingLimitMs`; 22… when `after` is no position
 */
export function vehicleHistory(
  pool: Pool,
  query: HistoryQuery,
  { after, limit }: PageRequest<HistoryPosition>,
): Promise<Page<HistoryEntry, HistoryPosition> | undefined> {
  const kinds = historyKinds.filter((kind) => query.kind === undefined || query.kind === kind);
  const direction = query.isEarliestFirst === true ? 'ASC' : 'DESC';
  return readTogether(pool, readingLimitMs, async (tx) => {
    const values: unknown[] = [];
    const most = conditions(values).param(limit + 1);
    const parts = kinds.map((kind) => `(${partSql(kind, query, after, conditions(values))} LIMIT ${most})`);
    const { rows } = await tx.query<Row>(
      `SELECT ${instantSql('e.time')} AS at, e.kind, e.status, e.object_type, e.object_value, e.file_id::text, e.ordinal
       FROM (${parts.join(' UNION ALL ')}) e
       ORDER BY e.time ${direction}, e.rank ${direction}, e.file_id ${direction}, e.ordinal ${direction} LIMIT ${most}`,
      values,
    );
    if (rows.length === 0 && !(await isVehicle(tx, query.vehicleId))) return undefined;
    return takePage(
      rows,
      limit,
      toEntry,
      ({ at, kind, file_id, ordinal }): HistoryPosition => [at, kind, file_id, ordinal],
    );
  });
}

function partSql(
  kind: HistoryKind,
  { vehicleId, from, to, isEarliestFirst }: HistoryQuery,
  after: HistoryPosition | undefined,
  where: Conditions,
): string {
  const { rank, table, time, fields } = sources[kind];
  const [beyond, direction] = isEarliestFirst === true ? ['>', 'ASC'] : ['<', 'DESC'];
  where.and(`t.vehicle_id = ${where.param(vehicleId)}`);
  where.when(from, (p) => `${time} >= ${p}::timestamptz`);
  where.when(to, (p) => `${time} <= ${p}::timestamptz`);
  if (after) {
    const [at, afterKind, fileId, ordinal] = after;
    const moment = `${where.param(at)}::timestamptz`;
    // By itself as well, for the index that has the time alone.
    where.and(`${time} ${beyond}= ${moment}`);
    where.and(
      `(${time}, ${rank}, t.file_id, t.ordinal) ${beyond} (${moment}, ${sources[afterKind].rank}, ${where.param(fileId)}::bigint, ${where.param(ordinal)}::integer)`,
    );
  }
  return `SELECT ${time} AS time, '${kind}' AS kind, ${rank} AS rank, ${fields}, t.file_id, t.ordinal
    FROM ${table} t WHERE ${where.sql()} ORDER BY ${time} ${direction}, t.file_id ${direction}, t.ordinal ${direction}`;
}

const toEntry = ({ at, kind, status, object_type, object_value, file_id, ordinal }: Row): HistoryEntry => ({
  at: shortInstant(at),
  kind,
  status,
  objectType: object_type,
  objectValue: object_value,
  fileId: file_id,
  ordinal,
});
