import type { Conditions } from '../conditions.js';
import { instantSql } from '../times.js';

/** By what detections can be grouped. */
export const groupKeyNames = ['objectType', 'vehicleId', 'hour', 'day'] as const;
export type GroupKeyName = (typeof groupKeyNames)[number];

/** A key that detections, in the table as `d`, are grouped by. */
export interface GroupKey {
  readonly name: GroupKeyName;
  /** The column that it is made of, and that indexes are sorted by. */
  readonly column: string;
  /** SQL of a row's key. */
  readonly sql: string;
  /** SQL of a key as answers show it. */
  text(key: string): string;
  /** SQL of a key that `text` made. */
  read(placeholder: string): string;
  /** SQL of a condition that all rows of this key and of larger ones meet, and few others. */
  from(key: string): string;
  /** SQL of a condition that all rows of this key and of smaller ones meet, and few others. */
  to(key: string): string;
  /** SQL of a condition that rows of larger keys meet, and none of smaller ones. */
  beyond(key: string): string;
}

const textKey = (name: GroupKeyName, column: string): GroupKey => ({
  name,
  column,
  sql: column,
  text: (key) => key,
  read: (placeholder) => `${placeholder}::text`,
  from: (key) => `${column} >= ${key}`,
  to: (key) => `${column} <= ${key}`,
  beyond: (key) => `${column} > ${key}`,
});

const time = 'd.detection_time';

/** Hours are instants: where clocks are set back, the hour that comes twice is two. */
const hourKey = (sql: string): GroupKey => ({
  name: 'hour',
  column: time,
  sql,
  text: instantSql,
  read: (placeholder) => `${placeholder}::timestamptz`,
  from: (key) => `${time} >= ${key}`,
  to: (key) => `${time} < ${key} + interval '1 hour'`,
  beyond: (key) => `${time} >= ${key} + interval '1 hour'`,
});

/** Arithmetic on UTC, several times faster than asking for a zone's clocks. */
const utcBin = (width: string): string => `date_bin('${width}', ${time}, timestamptz '2000-01-01 00:00:00Z')`;

/** In hours, because a day of the session's time zone may have 23 or 25 of them. */
const utcDayKey: GroupKey = {
  name: 'day',
  column: time,
  sql: utcBin('24 hours'),
  text: (key) => `to_char(${key} AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
  read: (placeholder) => `(${placeholder} || 'T00:00:00Z')::timestamptz`,
  from: (key) => `${time} >= ${key}`,
  to: (key) => `${time} < ${key} + interval '24 hours'`,
  beyond: (key) => `${time} >= ${key} + interval '24 hours'`,
};

/**
 * A zone's days. Midnight may come twice or not at all, and at the date line a whole day may, so where a day begins is
 * known with a little to spare only.
 */
function zoneDayKey(zone: string): GroupKey {
  const midnight = (day: string): string => `(${day})::timestamp AT TIME ZONE ${zone}`;
  return {
    name: 'day',
    column: time,
    sql: `(${time} AT TIME ZONE ${zone})::date`,
    text: (key) => `to_char(${key}, 'YYYY-MM-DD')`,
    read: (placeholder) => `${placeholder}::date`,
    from: (key) => `${time} >= ${midnight(key)} - interval '27 hours'`,
    to: (key) => `${time} < ${midnight(`${key} + 1`)} + interval '27 hours'`,
    beyond: (key) => `${time} >= ${midnight(`${key} + 1`)}`,
  };
}

/** @param zone name of the time zone of hours and days; UTC if not given */
export function groupKey(name: GroupKeyName, zone: string | undefined, where: Conditions): GroupKey {
  switch (name) {
    case 'objectType':
      return textKey(name, 'd.object_type');
    case 'vehicleId':
      return textKey(name, 'd.vehicle_id');
    case 'hour':
      return hourKey(zone === undefined ? utcBin('1 hour') : `date_trunc('hour', ${time}, ${where.param(zone)}::text)`);
    case 'day':
      return zone === undefined ? utcDayKey : zoneDayKey(`${where.param(zone)}::text`);
  }
}
