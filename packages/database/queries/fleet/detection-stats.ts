import type { Pool, Tx } from '../../pool.js';
import { type Conditions, conditions } from '../conditions.js';
import { type Page, type PageRequest, takePage } from '../page.js';
import { readTogether } from '../reading.js';
import { shortInstant } from '../times.js';
import { readCoveringIndexes } from './covering-indexes.js';
import { type GroupKey, type GroupKeyName, groupKey } from './group-keys.js';

/** How long the figures may take: ms. */
const statsLimitMs = 15_000;

/** Which detections count. Times are ISO-8601 with `Z`; both ends belong to a range. */
export interface DetectionFilter {
  readonly vehicleId?: string | undefined;
  readonly objectType?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly value?: number | undefined;
  readonly minValue?: number | undefined;
  readonly maxValue?: number | undefined;
}

/** Which figures about detections are wanted. */
export interface DetectionStatsQuery {
  readonly filter: DetectionFilter;
  /** In the order in which groups are sorted; none for one group of all. */
  readonly groupBy: readonly GroupKeyName[];
  /** The time zone of hours and days; UTC if not given. */
  readonly zone?: string | undefined;
}

/** Figures about the detections of one group. */
export interface DetectionGroup {
  /** What the group has in common, by the names of `groupBy`: hours as instants, days as dates. */
  readonly keys: Readonly<Partial<Record<GroupKeyName, string>>>;
  /** Rows. */
  readonly reports: number;
  /** Sum of their values. As text, which keeps its digits: four million reports of the largest value come to 2^53. */
  readonly objects: string;
  /** Different vehicles that made them. */
  readonly vehicles: number;
}

/** The keys of a group, in the order of `groupBy`. */
export type GroupPosition = readonly string[];

/** First keys whose rows one statement reads at most, so that their groups by vehicle stay in memory. */
const maxKeys = 64;

/**
 * Figures about detections by group, in the order of the groups' keys; groups without detections are left out, but with no
 * key there is always one group.
 *
 * A page reads the rows of its own groups, not of all: the first keys that may be on it are looked up in an index, and the
 * rows of a few of them at a time are read until the page is full.
 * @throws DatabaseError 57014 when a statement took longer than `limitMs`; 22… when `after` is no position, or the zone none
 */
export function detectionStats(
  pool: Pool,
  query: DetectionStatsQuery,
  { after, limit }: PageRequest<GroupPosition>,
  limitMs = statsLimitMs,
): Promise<Page<DetectionGroup, GroupPosition>> {
  const { groupBy } = query;
  return readTogether(pool, limitMs, async (tx) => {
    await readCoveringIndexes(tx);
    const firstKeys = canBound(query) ? await listFirstKeys(tx, query, after?.[0], limit + 2) : [];
    // With fewer than were asked for there are no others, and the last statement needs no bound.
    const bounds = firstKeys.length < limit + 2 ? firstKeys.slice(0, -1) : firstKeys;
    // The groups of one key each fit on the page when all of its values are few.
    let read = groupBy.length === 1 && bounds.length < limit ? bounds.length : 0;
    const rows: GroupRow[] = [];
    for (let start = after; ; ) {
      const missing = limit + 1 - rows.length;
      const last = bounds[Math.min(read + keysFor(missing, query, read, rows.length), bounds.length) - 1];
      const bound = read < bounds.length ? last : undefined;
      rows.push(...(await readGroups(tx, query, { after: start, last: bound, limit: missing })));
      if (rows.length > limit || bound === undefined) break;
      read = bounds.indexOf(bound) + 1;
      start = [bound];
    }
    return takePage(
      rows,
      limit,
      (row) => toGroup(query, row),
      (row) => row.keys,
    );
  });
}

/** How many first keys to read on: as many as are missing, going by the groups that those before had. */
function keysFor(groups: number, { groupBy }: DetectionStatsQuery, readKeys: number, readGroups: number): number {
  if (groupBy.length === 1) return Math.min(groups, maxKeys);
  const groupsPerKey = readKeys === 0 ? groups : readGroups / readKeys;
  return Math.min(Math.ceil(groups / groupsPerKey), maxKeys);
}

/** Whether an index finds one first key after the other: with a filter that it does not know it would be read through. */
function canBound({ groupBy, filter }: DetectionStatsQuery): boolean {
  const [first] = groupBy;
  const { from, to, vehicleId, objectType, ...values } = filter;
  const isFree = (each: Readonly<Record<string, unknown>>): boolean =>
    Object.values(each).every((value) => value === undefined);
  if (first === undefined || !isFree(values)) return false;
  return first === 'hour' || first === 'day' || isFree({ from, to, vehicleId, objectType });
}

function filterRows(where: Conditions, filter: DetectionFilter): void {
  where.when(filter.vehicleId, (p) => `d.vehicle_id = ${p}`);
  where.when(filter.objectType, (p) => `d.object_type = ${p}`);
  where.when(filter.from, (p) => `d.detection_time >= ${p}::timestamptz`);
  where.when(filter.to, (p) => `d.detection_time <= ${p}::timestamptz`);
  where.when(filter.value, (p) => `d.object_value = ${p}::integer`);
  where.when(filter.minValue, (p) => `d.object_value >= ${p}::integer`);
  where.when(filter.maxValue, (p) => `d.object_value <= ${p}::integer`);
}

/**
 * The first `count` values of the first key from one on, by a hop in the index for each; fewer only if there are no more.
 * None also where some came twice, which a zone's clocks may bring about: then nothing is known.
 */
async function listFirstKeys(
  tx: Tx,
  { groupBy, filter, zone }: DetectionStatsQuery,
  from: string | undefined,
  count: number,
): Promise<string[]> {
  const [first] = groupBy;
  if (first === undefined) return [];
  const where = conditions();
  const key = groupKey(first, zone, where);
  filterRows(where, filter);
  const filtered = where.sql();
  const bound = from === undefined ? undefined : key.read(where.param(from));
  const start = bound === undefined ? 'true' : `${key.from(bound)} AND ${key.sql} >= ${bound}`;
  const hop = (condition: string): string => `SELECT ${key.sql} AS key FROM fleet.objects_detection d
    WHERE ${filtered} AND ${condition} ORDER BY ${key.column} LIMIT 1`;
  const { rows } = await tx.query<{ key: string }>(
    `WITH RECURSIVE found(key, nth) AS (
       (SELECT h.key, 1 FROM (${hop(start)}) h)
       UNION ALL
       SELECT h.key, f.nth + 1 FROM found f CROSS JOIN LATERAL (${hop(key.beyond('f.key'))}) h
       WHERE f.nth < ${where.param(count)}::integer
     ) SELECT ${key.text('found.key')} AS key FROM found ORDER BY nth`,
    where.values,
  );
  const keys = rows.map((row) => row.key);
  return new Set(keys).size === keys.length ? keys : [];
}

interface GroupRow {
  readonly keys: string[];
  readonly reports: string;
  readonly objects: string;
  readonly vehicles: string;
}

interface GroupRange {
  /** Groups behind this position; one with the first key alone means behind all groups of that key. */
  readonly after: GroupPosition | undefined;
  /** The last first key to look at; undefined for all. */
  readonly last: string | undefined;
  readonly limit: number;
}

/** Groups by vehicle before it counts vehicles: a hash of each vehicle of a group, where a `count(DISTINCT)` sorts all rows. */
async function readGroups(
  tx: Tx,
  { groupBy, filter, zone }: DetectionStatsQuery,
  { after, last, limit }: GroupRange,
): Promise<GroupRow[]> {
  const where = conditions();
  const keys = groupBy.map((name) => groupKey(name, zone, where));
  filterRows(where, filter);
  const groups = conditions();
  const [first] = keys;
  const read = (key: GroupKey, text: string | undefined): string => key.read(where.param(text));
  if (first && after) {
    where.and(first.from(read(first, after[0])));
    const position = keys.slice(0, after.length).map((key, at) => read(key, after[at]));
    groups.and(`(${position.map((_, at) => `k${at}`).join(', ')}) > (${position.join(', ')})`);
  }
  if (first && last !== undefined) {
    where.and(first.to(read(first, last)));
    groups.and(`k0 <= ${read(first, last)}`);
  }
  const names = keys.map((_, at) => `k${at}`);
  const inner = [...keys.map(({ sql }, at) => `${sql} AS k${at}`), 'd.vehicle_id AS vehicle'];
  const texts = keys.map(({ text }, at) => text(`k${at}`));
  const grouping = names.length === 0 ? '' : `GROUP BY ${names.join(', ')} ORDER BY ${names.join(', ')}`;
  const { rows } = await tx.query<GroupRow>(
    `SELECT ARRAY[${texts.join(', ')}]::text[] AS keys, coalesce(sum(reports), 0)::text AS reports,
       coalesce(sum(objects), 0)::text AS objects, count(*)::text AS vehicles
     FROM (SELECT ${inner.join(', ')}, count(*) AS reports, sum(d.object_value) AS objects
       FROM fleet.objects_detection d WHERE ${where.sql()} GROUP BY ${inner.map((_, at) => at + 1).join(', ')}) by_vehicle
     WHERE ${groups.sql()} ${grouping} LIMIT ${where.param(limit)}`,
    where.values,
  );
  return rows;
}

function toGroup({ groupBy }: DetectionStatsQuery, { keys, reports, objects, vehicles }: GroupRow): DetectionGroup {
  const named = groupBy.map((name, at): [GroupKeyName, string] => {
    const key = keys[at] ?? '';
    return [name, name === 'hour' ? shortInstant(key) : key];
  });
  return { keys: Object.fromEntries(named), reports: Number(reports), objects, vehicles: Number(vehicles) };
}
