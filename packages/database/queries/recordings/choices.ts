import type { Pool } from '../../pool.js';
import { readingLimitMs, readTogether } from '../reading.js';
import { instantSql, shortInstant } from '../times.js';

/** Names of each kind that are listed at most; anybody may send new ones. */
export const maxChoices = 100;

/** What questions about recordings can name; each list has the first `maxChoices` in its order. */
export interface RecordingChoices {
  /** By name. */
  readonly locations: { readonly location: string; readonly recordings: number }[];
  /** By name. */
  readonly footageTypes: { readonly footageType: string; readonly footages: number }[];
  /** By name, with the smallest and the largest value. */
  readonly metrics: { readonly metric: string; readonly min: number; readonly max: number }[];
  /** The most frequent first. */
  readonly labels: { readonly label: string; readonly labels: number; readonly bestCertainty: number }[];
  /** When the first and the last label or value was, ISO-8601 in UTC; null without any. */
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * What can be chosen. Metrics are found by hops in indexes; labels, locations and footages come from the figures that loads
 * keep and from the tables with a row for each recording and footage: no value and no label is read.
 * @throws DatabaseError 57014 when a statement took longer than `readingLimitMs`
 */
export function recordingChoices(pool: Pool): Promise<RecordingChoices> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    const locations = await tx.query<RecordingChoices['locations'][number]>(
      `SELECT r.location, count(*)::integer AS recordings FROM recordings.recording r GROUP BY 1 ORDER BY 1 LIMIT ${maxChoices}`,
    );
    const footages = await tx.query<RecordingChoices['footageTypes'][number]>(
      `SELECT f.footage_type AS "footageType", count(*)::integer AS footages FROM recordings.footage f
       GROUP BY 1 ORDER BY 1 LIMIT ${maxChoices}`,
    );
    const labels = await tx.query<RecordingChoices['labels'][number]>(
      `SELECT g.label_type AS label, sum(g.at_least[1])::float8 AS labels, max(g.best_certainty) AS "bestCertainty"
       FROM recordings.label_figures g GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${maxChoices}`,
    );
    const times = await tx.query<{ from: string | null; to: string | null }>(
      `SELECT ${instantSql('least((SELECT min(first_at) FROM recordings.label_figures), (SELECT min("timestamp") FROM recordings.sensor))')} AS "from",
         ${instantSql('greatest((SELECT max(last_at) FROM recordings.label_figures), (SELECT max("timestamp") FROM recordings.sensor))')} AS "to"`,
    );
    // Only after the other tables, which have no index for their questions. New partitions have no statistics.
    await tx.query('SET LOCAL enable_seqscan = off');
    const metrics = await tx.query<RecordingChoices['metrics'][number]>(metricsSql);
    const { from = null, to = null } = times.rows[0] ?? {};
    return {
      locations: locations.rows,
      footageTypes: footages.rows,
      metrics: metrics.rows,
      labels: labels.rows,
      from: from && shortInstant(from),
      to: to && shortInstant(to),
    };
  });
}

const nextMetric = (condition: string): string =>
  `SELECT m.metric_type AS name FROM recordings.sensor_minute m WHERE ${condition} ORDER BY m.metric_type, m.largest LIMIT 1`;

/** The end of the index over a metric's values. */
const extremeSql = (direction: string): string =>
  `(SELECT s.metric_value FROM recordings.sensor s WHERE s.metric_type = found.name ORDER BY s.metric_value ${direction} LIMIT 1)`;

const metricsSql = `WITH RECURSIVE found(name, nth) AS (
    (SELECT h.name, 1 FROM (${nextMetric('true')}) h)
    UNION ALL
    SELECT h.name, f.nth + 1 FROM found f CROSS JOIN LATERAL (${nextMetric('m.metric_type > f.name')}) h
    WHERE f.nth < ${maxChoices}
  ) SELECT name AS metric, ${extremeSql('ASC')} AS min, ${extremeSql('DESC')} AS max FROM found ORDER BY nth`;
