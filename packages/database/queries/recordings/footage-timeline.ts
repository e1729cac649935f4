import type { Pool, Tx } from '../../pool.js';
import { conditions } from '../conditions.js';
import { readingLimitMs, readTogether } from '../reading.js';
import { instantSql, shortInstant } from '../times.js';
import { type FootageRow, findFootage } from './footages.js';

/** Metrics and classes of labels that a timeline shows at most. */
export const maxMetrics = 20;
export const maxLabels = 50;

/** Which part of a footage's time is wanted, and how finely. Seconds are counted from the begin of the recording. */
export interface TimelineRequest {
  /** The first second; that of the first row if not given. */
  readonly from?: number | undefined;
  /** The last second; that of the last row or frame if not given. */
  readonly to?: number | undefined;
  /** Points at most. */
  readonly points: number;
  /** Only these; the first ones by name if not given. */
  readonly metrics?: readonly string[] | undefined;
  /** Only these; the most frequent ones if not given. */
  readonly labels?: readonly string[] | undefined;
}

/** A metric along the points; null where there is no value. */
export interface MetricLine {
  readonly metric: string;
  readonly values: number;
  readonly mean: (number | null)[];
  readonly min: (number | null)[];
  readonly max: (number | null)[];
}

/** A class of labels along the points. */
export interface LabelLine {
  readonly label: string;
  readonly labels: number;
  /** How many there are. */
  readonly counts: number[];
  /** The highest certainty; null where there is none. */
  readonly certainty: (number | null)[];
}

/** The points of a timeline: each stands for `step` seconds, the first one from `from` on. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly points: number;
}

/** What was measured and recognised along a footage. */
export interface FootageTimeline {
  readonly footage: FootageRow;
  /** The seconds of which there is a value, a label or a frame; null without any. */
  readonly first: number | null;
  readonly last: number | null;
  /** When the second 0 was, going by the first value or label: ISO-8601 in UTC; null without any. */
  readonly began: string | null;
  /** Null where nothing is known of how long the footage is, and the request does not say. */
  readonly axis: Axis | null;
  readonly metrics: MetricLine[];
  readonly labels: LabelLine[];
}

/**
 * Sensor values of a footage's recording and labels of the footage, summed up over the same points. Reads the values and
 * labels of that time, each along its index.
 * @returns undefined when no loaded file has the footage
 * @throws DatabaseError 57014 when a statement took longer than `readingLimitMs`
 */
export function footageTimeline(
  pool: Pool,
  id: string,
  request: TimelineRequest,
): Promise<FootageTimeline | undefined> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    const footage = await findFootage(tx, id);
    if (footage === undefined) return undefined;
    // New partitions have no statistics, by which the planner would know that reading them whole takes longer.
    await tx.query('SET LOCAL enable_seqscan = off');
    const metrics = await metricsOf(tx, footage.recording, request.metrics);
    const labels = await labelsOf(tx, id, request.labels);
    const extent = await extentOf(tx, footage, metrics, labels);
    const axis = axisOf(extent, request);
    const lines = axis && {
      metrics: await metricLines(tx, footage.recording, metrics, axis),
      labels: await labelLines(tx, id, labels, axis),
    };
    return { footage, ...extent, axis, metrics: lines?.metrics ?? [], labels: lines?.labels ?? [] };
  });
}

async function metricsOf(tx: Tx, recording: string, wanted: readonly string[] | undefined): Promise<string[]> {
  const where = conditions();
  where.when(recording, (p) => `m.recording = ${p}`);
  where.when(wanted, (p) => `m.metric_type = ANY(${p}::text[])`);
  const { rows } = await tx.query<{ name: string }>(
    `SELECT m.metric_type AS name FROM recordings.sensor_minute m WHERE ${where.sql()} GROUP BY 1 ORDER BY 1 LIMIT ${maxMetrics}`,
    where.values,
  );
  return rows.map(({ name }) => name);
}

async function labelsOf(tx: Tx, footage: string, wanted: readonly string[] | undefined): Promise<string[]> {
  const where = conditions();
  where.when(footage, (p) => `g.footage = ${p}`);
  where.when(wanted, (p) => `g.label_type = ANY(${p}::text[])`);
  const { rows } = await tx.query<{ name: string }>(
    `SELECT g.label_type AS name FROM recordings.label_figures g WHERE ${where.sql()}
     GROUP BY 1 ORDER BY sum(g.at_least[1]) DESC, 1 LIMIT ${maxLabels}`,
    where.values,
  );
  return rows.map(({ name }) => name);
}

interface Extent {
  readonly first: number | null;
  readonly last: number | null;
  readonly began: string | null;
}

/** From the two ends of the index of each metric and each class of labels. */
async function extentOf(
  tx: Tx,
  { id, recording, frames }: FootageRow,
  metrics: readonly string[],
  labels: readonly string[],
): Promise<Extent> {
  const end = (table: string, key: string, type: string, direction: string): string =>
    `SELECT t.relative_timestamp AS second, t."timestamp" AS at FROM recordings.${table} t
     WHERE t.${key} AND t.${type} = n.name ORDER BY t.relative_timestamp ${direction} LIMIT 1`;
  const ends = (table: string, key: string, type: string, names: string): string[] =>
    ['ASC', 'DESC'].map(
      (direction) =>
        `SELECT e.* FROM unnest(${names}::text[]) n(name) CROSS JOIN LATERAL (${end(table, key, type, direction)}) e`,
    );
  const { rows } = await tx.query<Extent>(
    `WITH ends AS MATERIALIZED (${[
      ...ends('sensor', 'recording = $1', 'metric_type', '$2'),
      ...ends('label', 'footage = $3', 'label_type', '$4'),
    ].join(' UNION ALL ')})
     SELECT CASE WHEN $5::integer > 0 THEN 0 ELSE min(second) END AS first, greatest(max(second), $5::integer - 1) AS last,
       (SELECT ${instantSql('(e.at - make_interval(secs => e.second))')} FROM ends e ORDER BY e.second, e.at LIMIT 1) AS began
     FROM ends`,
    [recording, metrics, id, labels, frames],
  );
  const { first = null, last = null, began = null } = rows[0] ?? {};
  return { first, last: first === null ? null : last, began: began && shortInstant(began) };
}

function axisOf({ first, last }: Extent, request: TimelineRequest): Axis | null {
  const from = request.from ?? first;
  const to = request.to ?? last;
  if (from === null || to === null || from > to) return null;
  const step = Math.ceil((to - from + 1) / request.points);
  return { from, to, step, points: Math.ceil((to - from + 1) / step) };
}

interface Cell {
  readonly name: string;
  readonly point: number;
  readonly n: number;
}

/** SQL of the point that a row belongs to, of rows with the seconds of the axis. */
const pointSql = '(t.relative_timestamp::bigint - $3::bigint) / $5::bigint';
const onAxis = 't.relative_timestamp BETWEEN $3::bigint AND $4::bigint';

async function metricLines(tx: Tx, recording: string, names: readonly string[], axis: Axis): Promise<MetricLine[]> {
  const { rows } = await tx.query<Cell & { readonly mean: number | null; readonly min: number; readonly max: number }>(
    // A mean of values that cannot be added as doubles is left out.
    `SELECT t.metric_type AS name, (${pointSql})::integer AS point, count(*)::float8 AS n,
       CASE WHEN max(abs(t.metric_value)) <= 1e145 THEN avg(t.metric_value) FILTER (WHERE abs(t.metric_value) <= 1e145) END AS mean,
       min(t.metric_value) AS min, max(t.metric_value) AS max
     FROM recordings.sensor t WHERE t.recording = $1 AND t.metric_type = ANY($2::text[]) AND ${onAxis} GROUP BY 1, 2`,
    [recording, names, axis.from, axis.to, axis.step],
  );
  return names.map((metric) => {
    const cells = rows.filter(({ name }) => name === metric);
    return {
      metric,
      values: sumOf(cells),
      mean: spread(axis, null, cells, (cell) => cell.mean),
      min: spread(axis, null, cells, (cell) => cell.min),
      max: spread(axis, null, cells, (cell) => cell.max),
    };
  });
}

async function labelLines(tx: Tx, footage: string, names: readonly string[], axis: Axis): Promise<LabelLine[]> {
  const { rows } = await tx.query<Cell & { readonly certainty: number }>(
    `SELECT t.label_type AS name, (${pointSql})::integer AS point, count(*)::float8 AS n, max(t.label_certainty) AS certainty
     FROM recordings.label t WHERE t.footage = $1 AND t.label_type = ANY($2::text[]) AND ${onAxis} GROUP BY 1, 2`,
    [footage, names, axis.from, axis.to, axis.step],
  );
  return names.map((label) => {
    const cells = rows.filter(({ name }) => name === label);
    return {
      label,
      labels: sumOf(cells),
      counts: spread(axis, 0, cells, (cell) => cell.n),
      certainty: spread(axis, null, cells, (cell) => cell.certainty),
    };
  });
}

const sumOf = (cells: readonly Cell[]): number => cells.reduce((sum, { n }) => sum + n, 0);

function spread<C extends Cell, V>({ points }: Axis, empty: V, cells: readonly C[], read: (cell: C) => V): V[] {
  const line = Array.from({ length: points }, () => empty);
  for (const cell of cells) line[cell.point] = read(cell);
  return line;
}
