import type { Pool } from '../../pool.js';
import { conditions } from '../conditions.js';
import { readingLimitMs, readTogether } from '../reading.js';
import { indexOf, type RowGrain, type Slices, whenIn } from '../slices.js';
import { readCoveringIndexes } from './covering-indexes.js';

/** Types that a series shows by themselves. */
export const maxSeriesTypes = 20;

/** What was detected of one type; each list has a number for each slice, in their order. */
export interface DetectionSeriesGroup {
  /** Null for all types that are not among the most frequent ones. */
  readonly objectType: string | null;
  readonly total: {
    readonly reports: number;
    /** As text, which keeps its digits: it may pass 2^53. */
    readonly objects: string;
  };
  readonly reports: number[];
  /** To the nearest double where a sum passes 2^53. */
  readonly objects: number[];
}

interface CellRow {
  readonly type: string | null;
  readonly at: number;
  readonly reports: number;
  readonly objects: string;
}

/**
 * Reports and objects in each slice by type: the types with the most reports first, then by name, and all others together at
 * the end. Reads the rows of that time alone.
 * @throws DatabaseError 57014 when a statement took longer than `readingLimitMs`
 */
export function detectionSeries(
  pool: Pool,
  slices: Slices<RowGrain>,
  filter: { readonly vehicleId?: string | undefined; readonly objectType?: string | undefined },
): Promise<DetectionSeriesGroup[]> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    await readCoveringIndexes(tx);
    const where = conditions();
    whenIn(where, slices, 'd.detection_time');
    where.when(filter.vehicleId, (p) => `d.vehicle_id = ${p}`);
    where.when(filter.objectType, (p) => `d.object_type = ${p}`);
    // Bins of a fixed length, since slices are of UTC, where each day has as many hours.
    const { rows } = await tx.query<CellRow>(
      `WITH cell AS MATERIALIZED (
         SELECT d.object_type, date_bin('${binOf[slices.grain]}', d.detection_time, timestamptz '2000-01-01 00:00:00Z') AS at,
           count(*) AS reports, sum(d.object_value) AS objects
         FROM fleet.objects_detection d WHERE ${where.sql()} GROUP BY 1, 2
       ), shown AS (
         SELECT object_type, row_number() OVER (ORDER BY sum(reports) DESC, object_type) AS nth
         FROM cell GROUP BY object_type ORDER BY nth LIMIT ${maxSeriesTypes}
       )
       SELECT s.object_type AS type, (extract(epoch FROM c.at) * 1000)::float8 AS at, sum(c.reports)::float8 AS reports,
         sum(c.objects)::text AS objects
       FROM cell c LEFT JOIN shown s USING (object_type) GROUP BY s.nth, s.object_type, c.at ORDER BY s.nth, c.at`,
      where.values,
    );
    const cells = new Map<string | null, CellRow[]>();
    for (const row of rows) {
      const own = cells.get(row.type);
      if (own === undefined) cells.set(row.type, [row]);
      else own.push(row);
    }
    return [...cells].map(([type, own]) => toGroup(type, own, slices));
  });
}

const binOf: Readonly<Record<RowGrain, string>> = { minute: '1 minute', hour: '1 hour', day: '24 hours' };

function toGroup(objectType: string | null, rows: readonly CellRow[], slices: Slices<RowGrain>): DetectionSeriesGroup {
  const reports = Array.from({ length: slices.count }, () => 0);
  const objects = [...reports];
  for (const row of rows) {
    const slice = indexOf(slices, row.at);
    reports[slice] = row.reports;
    objects[slice] = Number(row.objects);
  }
  const total = {
    reports: rows.reduce((sum, row) => sum + row.reports, 0),
    objects: String(rows.reduce((sum, row) => sum + BigInt(row.objects), 0n)),
  };
  return { objectType, total, reports, objects };
}
