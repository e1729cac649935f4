import type { Conditions } from '../conditions.js';

/** What groups of sensor values may share. */
export const sensorGroups = ['recording', 'location', 'metric', 'bucket'] as const;
export type SensorGroup = (typeof sensorGroups)[number];

/** Stretches of time, in UTC. */
export const sensorBuckets = ['minute', 'hour', 'day'] as const;
export type SensorBucket = (typeof sensorBuckets)[number];

/** Which sensor values are wanted; what is left out does not matter. Bounds belong to their range. */
export interface SensorFilter {
  readonly metrics?: readonly string[] | undefined;
  readonly recording?: string | undefined;
  readonly location?: string | undefined;
  /** ISO-8601 in UTC, with `Z` and microseconds. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly minValue?: number | undefined;
  readonly maxValue?: number | undefined;
}

/** How the values are put together. */
export interface SensorGrouping {
  readonly by: readonly SensorGroup[];
  /** The length of a bucket, which is what `bucket` in `by` means. */
  readonly bucket: SensorBucket;
}

/** A group's column in SQL: of the sensor values (or their minutes) `s` and the recording `r`. */
interface KeyColumn {
  readonly group: SensorGroup;
  readonly sql: string;
  readonly type: 'text' | 'timestamptz';
}

/** The columns of the groups, in the order of `sensorGroups`. @param time column of `s` */
export function keyColumns({ by, bucket }: SensorGrouping, time: 'timestamp' | 'minute'): KeyColumn[] {
  const columns: readonly KeyColumn[] = [
    { group: 'recording', sql: 's.recording', type: 'text' },
    { group: 'location', sql: 'r.location', type: 'text' },
    { group: 'metric', sql: 's.metric_type', type: 'text' },
    { group: 'bucket', sql: `date_trunc('${bucket}', s."${time}", 'UTC')`, type: 'timestamptz' },
  ];
  return columns.filter(({ group }) => by.includes(group));
}

/** Whether recordings have to be joined. */
export const needsRecording = ({ location }: SensorFilter, { by }: SensorGrouping): boolean =>
  location !== undefined || by.includes('location');

/** Adds the conditions that sensor values and their minutes have in common, and where a page begins. */
export function addKeyConditions(
  where: Conditions,
  filter: SensorFilter,
  keys: readonly KeyColumn[],
  after: readonly string[] | undefined,
): void {
  where.when(filter.metrics, (p) => `s.metric_type = ANY(${p}::text[])`);
  where.when(filter.recording, (p) => `s.recording = ${p}`);
  where.when(filter.location, (p) => `r.location = ${p}`);
  if (after === undefined || keys.length === 0) return;
  const values = keys.map(({ type }, index) => `${where.param(after[index])}::${type}`);
  where.and(`(${keys.map(({ sql }) => sql).join(', ')}) > (${values.join(', ')})`);
}
