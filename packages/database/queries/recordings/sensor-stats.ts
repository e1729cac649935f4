import type { Pool, Queryable } from '../../pool.js';
import { type Conditions, conditions } from '../conditions.js';
import { type Page, type PageRequest, takePage } from '../page.js';
import { readTogether } from '../reading.js';
import {
  addKeyConditions,
  keyColumns,
  needsRecording,
  type SensorFilter,
  type SensorGroup,
  type SensorGrouping,
} from './sensor-filter.js';
import { wholeMinutes } from './whole-minutes.js';

/** How long the figures may take: ms. */
const statsLimitMs = 15_000;

/** Figures about one group of sensor values. */
export interface SensorStats {
  /** What the values of the group share; a bucket by its first moment, ISO-8601. */
  readonly keys: Readonly<Partial<Record<SensorGroup, string>>>;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  /** Null when a value is beyond 1e145. */
  readonly mean: number | null;
  /** Of a sample (n − 1); null for a single value, and as the mean. */
  readonly stddev: number | null;
  /** In the order asked for, interpolated between neighbours. */
  readonly percentiles: readonly number[];
}

/** What is asked about sensor values. */
export interface SensorQuestion {
  readonly filter: SensorFilter;
  readonly grouping: SensorGrouping;
  /** 0 to 100. */
  readonly percentiles: readonly number[];
}

/** The keys of a page's last group, as texts in their order. */
export type SensorPosition = readonly string[];

interface Row {
  readonly keys: string[];
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number | null;
  readonly stddev: number | null;
  readonly percentiles: number[] | null;
}

interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/**
 * Figures about sensor values, by group, in the order of the groups' keys. Without percentiles and bounds of values they
 * come from the minutes that the loads keep; the rows of the first and the last minute are added one by one. Else the rows
 * are read, through an index where the filter allows it: given up with SQLSTATE 57014 after `limitMs`.
 */
export function sensorStats(
  pool: Pool,
  question: SensorQuestion,
  page: PageRequest<SensorPosition>,
  limitMs = statsLimitMs,
): Promise<Page<SensorStats, SensorPosition>> {
  return readTogether(pool, limitMs, async (tx) => {
    const { text, values } = await statementFor(tx, question, page);
    const { rows } = await tx.query<Row>(text, values);
    const groups = keyColumns(question.grouping, 'timestamp').map(({ group }) => group);
    const toStats = ({ keys, percentiles, ...figures }: Row): SensorStats => ({
      ...figures,
      keys: Object.fromEntries(groups.map((group, index) => [group, keys[index]])),
      percentiles: percentiles ?? [],
    });
    return takePage(rows, page.limit, toStats, ({ keys }): SensorPosition => keys);
  });
}

async function statementFor(
  tx: Queryable,
  question: SensorQuestion,
  page: PageRequest<SensorPosition>,
): Promise<Statement> {
  const { filter, percentiles } = question;
  const { minValue, maxValue, metrics } = filter;
  const isBounded = minValue !== undefined || maxValue !== undefined;
  if (!isBounded && percentiles.length === 0) return fromMinutes(question, page);
  // Values are found by an index behind their metric, so that is named in any case.
  if (!isBounded || metrics !== undefined) return fromRows(question, page);
  const { rows } = await tx.query<{ metric: string }>(
    'SELECT DISTINCT metric_type AS metric FROM recordings.sensor_minute',
  );
  return fromRows({ ...question, filter: { ...filter, metrics: rows.map(({ metric }) => metric) } }, page);
}

const joinRecording = 'JOIN recordings.recording r ON r.id = s.recording';

/** Keys as texts; times so that they sort as they are. */
const keysSql = (keys: readonly { readonly sql: string; readonly type: string }[]): string =>
  `ARRAY[${keys
    .map(({ type, sql }) =>
      type === 'text' ? sql : `to_char(${sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    )
    .join(', ')}]::text[]`;

/** Larger values cannot be squared and added as doubles. */
const fits = (value: string): string => `abs(${value}) <= 1e145`;

function fromRows(
  { filter, grouping, percentiles }: SensorQuestion,
  { after, limit }: PageRequest<SensorPosition>,
): Statement {
  const where = conditions();
  const keys = keyColumns(grouping, 'timestamp');
  addKeyConditions(where, filter, keys, after);
  where.when(filter.from, (p) => `s."timestamp" >= ${p}::timestamptz`);
  where.when(filter.to, (p) => `s."timestamp" <= ${p}::timestamptz`);
  where.when(filter.minValue, (p) => `s.metric_value >= ${p}::float8`);
  where.when(filter.maxValue, (p) => `s.metric_value <= ${p}::float8`);
  const by = keys.map(({ sql }) => sql).join(', ');
  const ranks = where.param(percentiles.map((percent) => percent / 100));
  const text = `SELECT ${keysSql(keys)} AS keys, count(*)::float8 AS count, min(${value}) AS min, max(${value}) AS max,
      CASE WHEN bool_and(${fits(value)}) THEN avg(${value}) FILTER (WHERE ${fits(value)}) END AS mean,
      CASE WHEN bool_and(${fits(value)}) THEN stddev_samp(${value}) FILTER (WHERE ${fits(value)}) END AS stddev,
      percentile_cont(${ranks}::float8[]) WITHIN GROUP (ORDER BY ${value}) AS percentiles
    FROM recordings.sensor s ${needsRecording(filter, grouping) ? joinRecording : ''}
    WHERE ${where.sql()} ${groupBy(by)} HAVING count(*) > 0 ${orderBy(by)} LIMIT ${where.param(limit + 1)}`;
  return { text, values: where.values };
}

const groupBy = (by: string): string => (by === '' ? '' : `GROUP BY ${by}`);
const orderBy = (by: string): string => (by === '' ? '' : `ORDER BY ${by}`);

/**
 * Cells are minutes, or single values. The mean of a group first, and then the cells' distances from it: sums of squares
 * that are subtracted from each other would lose the digits that matter.
 */
function fromMinutes({ filter, grouping }: SensorQuestion, { after, limit }: PageRequest<SensorPosition>): Statement {
  const where = conditions();
  const keys = keyColumns(grouping, 'minute').map(({ type }, index) => ({ sql: `k${index + 1}`, type }));
  const by = keys.map(({ sql }) => sql).join(', ');
  const cells = cellsSql(where, filter, grouping, after);
  const text = `WITH cell AS MATERIALIZED (${cells}), whole AS (
      SELECT ${by === '' ? '' : `${by}, `}sum(n) AS n, min(smallest) AS smallest, max(largest) AS largest,
        CASE WHEN bool_and(mean IS NOT NULL) THEN sum(n * mean) / sum(n) END AS mean
      FROM cell ${groupBy(by)} HAVING count(*) > 0
    ), spread AS (
      SELECT ${by === '' ? '' : `${by}, `}sum(c.squares + c.n * (c.mean - w.mean) * (c.mean - w.mean)) AS squares
      FROM cell c ${by === '' ? 'CROSS JOIN whole w' : `JOIN whole w USING (${by})`} ${groupBy(by)}
    )
    SELECT ${keysSql(keys)} AS keys, w.n AS count, w.smallest AS min, w.largest AS max, w.mean,
      CASE WHEN w.mean IS NOT NULL AND w.n > 1 THEN sqrt(d.squares / (w.n - 1)) END AS stddev, NULL AS percentiles
    FROM whole w ${by === '' ? 'CROSS JOIN spread d' : `JOIN spread d USING (${by})`}
    ${orderBy(by)} LIMIT ${where.param(limit + 1)}`;
  return { text, values: where.values };
}

/** The minutes that lie in the range as a whole, and the values of those that do not. */
function cellsSql(
  { values }: Conditions,
  filter: SensorFilter,
  grouping: SensorGrouping,
  after: SensorPosition | undefined,
): string {
  const { whole, edges } = wholeMinutes(filter.from, filter.to);
  const select = (time: 'timestamp' | 'minute', addBounds: (where: Conditions) => void): string => {
    const where = conditions(values);
    const keys = keyColumns(grouping, time);
    addKeyConditions(where, filter, keys, after);
    addBounds(where);
    const names = keys.map(({ sql }, index) => `${sql} AS k${index + 1}, `).join('');
    const join = needsRecording(filter, grouping) ? joinRecording : '';
    const { table, figures } = cellSources[time];
    return `SELECT ${names}${figures} FROM recordings.${table} s ${join} WHERE ${where.sql()}`;
  };
  const parts = [
    ...whole.map(({ from, before }) =>
      select('minute', (where) => {
        where.when(from, (p) => `s.minute >= ${p}::timestamptz`);
        where.when(before, (p) => `s.minute < ${p}::timestamptz`);
      }),
    ),
    ...edges.map(({ from, to }) =>
      select('timestamp', (where) => {
        where.when(from, (p) => `s."timestamp" >= ${p}::timestamptz`);
        where.when(to, (p) => `s."timestamp" <= ${p}::timestamptz`);
      }),
    ),
  ];
  return parts.join(' UNION ALL ');
}

const value = 's.metric_value';

/** Where cells come from, by the column of their time. */
const cellSources = {
  minute: { table: 'sensor_minute', figures: 's."values"::float8 AS n, s.mean, s.squares, s.smallest, s.largest' },
  timestamp: {
    table: 'sensor',
    figures: `1::float8 AS n, CASE WHEN ${fits(value)} THEN ${value} END AS mean, 0::float8 AS squares,
      ${value} AS smallest, ${value} AS largest`,
  },
} as const;
