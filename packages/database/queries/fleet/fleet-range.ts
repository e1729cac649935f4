import type { Pool, Tx } from '../../pool.js';
import { readingLimitMs, readTogether } from '../reading.js';
import { instantSql, shortInstant } from '../times.js';

/** Days, types and statuses that are listed at most; anybody may send new ones. */
export const maxListed = 100;

/** Which time a dataset covers, and what can be chosen in it. */
interface DatasetRange {
  readonly first: string | null;
  readonly last: string | null;
  /** Days of UTC that have rows, the latest first: the latest `maxListed` of them. */
  readonly days: string[];
}

/** What can be asked about the fleet. */
export interface FleetRange {
  /** Types that were detected, by name: the first `maxListed` of them. */
  readonly detections: DatasetRange & { readonly objectTypes: string[] };
  /** Statuses that were reported, by name: the first `maxListed` of them. */
  readonly reports: DatasetRange & { readonly statuses: string[] };
}

/**
 * The days, types and statuses that there are, from one to the next by a hop in an index: it costs what their number costs,
 * not that of rows.
 * @throws DatabaseError 57014 when a statement took longer than `readingLimitMs`
 */
export function fleetRange(pool: Pool): Promise<FleetRange> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    const detections = await rangeOf(tx, 'fleet.objects_detection', 'detection_time');
    const reports = await rangeOf(tx, 'fleet.vehicle_status', 'report_time');
    return {
      detections: { ...detections, objectTypes: await namesOf(tx, 'fleet.objects_detection', 'object_type') },
      reports: { ...reports, statuses: await namesOf(tx, 'fleet.vehicle_status', 'status') },
    };
  });
}

async function rangeOf(tx: Tx, table: string, time: string): Promise<DatasetRange> {
  const day = `date_bin('24 hours', t.${time}, timestamptz '2000-01-01 00:00:00Z')`;
  const hop = (condition: string): string =>
    `SELECT ${day} AS day FROM ${table} t WHERE ${condition} ORDER BY t.${time} DESC LIMIT 1`;
  const { rows } = await tx.query<{ first: string | null; last: string | null; days: string[] }>(
    `WITH RECURSIVE found(day, nth) AS (
       (SELECT h.day, 1 FROM (${hop('true')}) h)
       UNION ALL
       SELECT h.day, f.nth + 1 FROM found f CROSS JOIN LATERAL (${hop(`t.${time} < f.day`)}) h WHERE f.nth < ${maxListed}
     )
     SELECT ${instantSql(`(SELECT min(t.${time}) FROM ${table} t)`)} AS first,
       ${instantSql(`(SELECT max(t.${time}) FROM ${table} t)`)} AS last,
       ARRAY(SELECT to_char(day AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM found ORDER BY nth) AS days`,
  );
  const [row] = rows;
  return { first: short(row?.first), last: short(row?.last), days: row?.days ?? [] };
}

const short = (instant: string | null | undefined): string | null => (instant == null ? null : shortInstant(instant));

async function namesOf(tx: Tx, table: string, column: string): Promise<string[]> {
  const hop = (condition: string): string =>
    `SELECT t.${column} AS name FROM ${table} t WHERE ${condition} ORDER BY t.${column} LIMIT 1`;
  const { rows } = await tx.query<{ name: string }>(
    `WITH RECURSIVE found(name, nth) AS (
       (SELECT h.name, 1 FROM (${hop('true')}) h)
       UNION ALL
       SELECT h.name, f.nth + 1 FROM found f CROSS JOIN LATERAL (${hop(`t.${column} > f.name`)}) h WHERE f.nth < ${maxListed}
     ) SELECT name FROM found ORDER BY nth`,
  );
  return rows.map(({ name }) => name);
}

/** When the latest detection was, in milliseconds since 1970; undefined without any. */
export async function latestDetection(pool: Pool): Promise<number | undefined> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    const { rows } = await tx.query<{ at: number | null }>(
      'SELECT (extract(epoch FROM max(d.detection_time)) * 1000)::float8 AS at FROM fleet.objects_detection d',
    );
    return rows[0]?.at ?? undefined;
  });
}
