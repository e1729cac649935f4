import type { Pool, Tx } from '../../pool.js';
import { conditions } from '../conditions.js';
import { type Page, type PageRequest, takePage } from '../page.js';
import { readingLimitMs, readTogether } from '../reading.js';
import { instantSql, shortInstant } from '../times.js';
import { type FootageRow, footagesOf } from './footages.js';

/** A recording in a list. */
export interface RecordingRow {
  readonly id: string;
  readonly location: string;
  readonly fileId: string;
  readonly footages: number;
  /** Number of labels of all its footages. */
  readonly labels: number;
  /** Number of sensor values. */
  readonly values: number;
  /** When the first and the last label or value was, ISO-8601 in UTC; null without any. */
  readonly from: string | null;
  readonly to: string | null;
}

/** A recording with what it is made of. */
export interface RecordingDetail extends Omit<RecordingRow, 'footages'> {
  readonly footages: FootageRow[];
  readonly metrics: { readonly metric: string; readonly values: number; readonly min: number; readonly max: number }[];
  readonly labelTypes: { readonly label: string; readonly labels: number; readonly bestCertainty: number }[];
}

/** All figures come from those that loads keep. */
const select = `SELECT r.id, r.location, r.file_id::text AS "fileId",
    (SELECT count(*)::integer FROM recordings.footage f WHERE f.recording = r.id) AS footages,
    coalesce(l.labels, 0)::float8 AS labels, coalesce(s.n, 0)::float8 AS values,
    ${instantSql('least(l.first_at, s.first_at)')} AS "from", ${instantSql('greatest(l.last_at, s.last_at)')} AS "to"
  FROM recordings.recording r
  CROSS JOIN LATERAL (SELECT sum(m."values") AS n, min(m.first_at) AS first_at, max(m.last_at) AS last_at
    FROM recordings.sensor_minute m WHERE m.recording = r.id) s
  CROSS JOIN LATERAL (SELECT sum(g.at_least[1]) AS labels, min(g.first_at) AS first_at, max(g.last_at) AS last_at
    FROM recordings.footage f JOIN recordings.label_figures g ON g.footage = f.id WHERE f.recording = r.id) l`;

const toRow = (row: RecordingRow): RecordingRow => ({
  ...row,
  from: row.from && shortInstant(row.from),
  to: row.to && shortInstant(row.to),
});

/** Recordings by id. */
export function listRecordings(
  pool: Pool,
  { location }: { readonly location?: string | undefined },
  { after, limit }: PageRequest<string>,
): Promise<Page<RecordingRow, string>> {
  const where = conditions();
  where.when(after, (p) => `r.id > ${p}`);
  where.when(location, (p) => `r.location = ${p}`);
  const text = `${select} WHERE ${where.sql()} ORDER BY r.id LIMIT ${where.param(limit + 1)}`;
  return readTogether(pool, readingLimitMs, async (tx) => {
    const { rows } = await tx.query<RecordingRow>(text, where.values);
    return takePage(rows, limit, toRow, ({ id }) => id);
  });
}

/** One recording, or undefined when no loaded file has it. */
export function findRecording(pool: Pool, id: string): Promise<RecordingDetail | undefined> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    const { rows } = await tx.query<RecordingRow>(`${select} WHERE r.id = $1`, [id]);
    const [row] = rows;
    if (row === undefined) return undefined;
    const footages = await footagesOf(tx, [id]);
    return { ...toRow(row), footages, metrics: await metricsOf(tx, id), labelTypes: await labelTypesOf(tx, id) };
  });
}

async function metricsOf(tx: Tx, id: string): Promise<RecordingDetail['metrics']> {
  const { rows } = await tx.query<RecordingDetail['metrics'][number]>(
    `SELECT metric_type AS metric, sum("values")::float8 AS values, min(smallest) AS min, max(largest) AS max
     FROM recordings.sensor_minute WHERE recording = $1 GROUP BY metric_type ORDER BY metric_type`,
    [id],
  );
  return rows;
}

async function labelTypesOf(tx: Tx, id: string): Promise<RecordingDetail['labelTypes']> {
  const { rows } = await tx.query<RecordingDetail['labelTypes'][number]>(
    `SELECT g.label_type AS label, sum(g.at_least[1])::float8 AS labels, max(g.best_certainty) AS "bestCertainty"
     FROM recordings.footage f JOIN recordings.label_figures g ON g.footage = f.id WHERE f.recording = $1
     GROUP BY g.label_type ORDER BY 2 DESC, g.label_type`,
    [id],
  );
  return rows;
}
