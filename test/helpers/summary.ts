import assert from 'node:assert/strict';
import type pg from 'pg';
import { hasSummary, type SummarizedDataset } from '#database/datasets/summary.js';
import { readDatasetStats, type StatsRange } from '#database/queries/dataset-stats.js';
import { definition } from '#tasks/load-data-sample/definition.js';

/** The data sample, which has a summary. */
export const summarized: SummarizedDataset = hasSummary(definition.dataset)
  ? definition.dataset
  : assert.fail('the data sample has no summary');

const figures = `count(*)::int AS rows, count(DISTINCT date_trunc('minute', create_at))::int AS minutes,
  count(DISTINCT department_name)::int AS departments, count(DISTINCT sensor_serial)::int AS sensors,
  count(DISTINCT product_name)::int AS products`;

interface Figures {
  readonly day: string;
  readonly rows: number;
  readonly minutes: number;
  readonly departments: number;
  readonly sensors: number;
  readonly products: number;
}

/** Compares what the summary of the data sample says with what a count over its rows says, and the ledger with both. */
export async function assertSummary(pool: pg.Pool, range: StatsRange = {}): Promise<void> {
  const stats = await readDatasetStats(pool, summarized, 'data-sample', range);
  const parameters = [range.from ?? '-infinity', range.to ?? 'infinity'];
  const within = 'WHERE create_at::date BETWEEN $1 AND $2';
  const [total] = (await pool.query<Figures>(`SELECT ${figures} FROM dwh.data_sample ${within}`, parameters)).rows;
  const days = await pool.query<Figures>(
    `SELECT create_at::date::text AS day, ${figures} FROM dwh.data_sample ${within} GROUP BY 1 ORDER BY 1`,
    parameters,
  );
  const differences = await pool.query<{ days: number; rows: number }>(
    `SELECT floor(extract(epoch FROM product_expire - create_at) / 86400)::int AS days, count(*)::int AS rows
     FROM dwh.data_sample ${within} AND product_expire IS NOT NULL GROUP BY 1 ORDER BY 1`,
    parameters,
  );
  const bounds = await pool.query(
    `SELECT to_char(min(product_expire), 'YYYY-MM-DD"T"HH24:MI:SS.US') AS earliest,
       to_char(max(product_expire), 'YYYY-MM-DD"T"HH24:MI:SS.US') AS latest FROM dwh.data_sample ${within}`,
    parameters,
  );
  const inWords = ({ rows, minutes, distinct }: Pick<typeof stats, 'rows' | 'minutes' | 'distinct'>) => ({
    rows,
    minutes,
    departments: distinct['department_name'],
    sensors: distinct['sensor_serial'],
    products: distinct['product_name'],
  });
  assert.deepEqual(inWords(stats), { ...total });
  assert.deepEqual(
    stats.days.map(({ day, ...counts }) => ({ day, ...inWords(counts) })),
    days.rows,
  );
  const [difference] = stats.differences;
  assert.deepEqual(difference?.byDays, differences.rows);
  const long = (time: string | null | undefined): string | null =>
    time ? `${time.slice(0, 19)}.${(time.split('.')[1] ?? '').padEnd(6, '0')}` : null;
  assert.deepEqual({ earliest: long(difference?.earliest), latest: long(difference?.latest) }, bounds.rows[0]);
  assert.equal(stats.missingFiles, 0);
  if (range.from !== undefined || range.to !== undefined) return;
  const ledger = await pool.query(
    "SELECT COALESCE(sum(rows), 0)::int AS rows FROM ops.file WHERE source = 'data-sample' AND state = 'loaded'",
  );
  assert.equal(stats.rows, ledger.rows[0]?.rows);
}

/** Enters loaded files and their figures, a file per minute with 1,914 rows, without the rows. */
export async function fillSummary(pool: pg.Pool, files: number): Promise<void> {
  await pool.query(
    `INSERT INTO dwh.data_sample_value (column_name, id, value)
     SELECT c.name, n, md5(n::text) FROM (VALUES ('department_name', 100), ('sensor_serial', 1876), ('product_name', 1000)) AS c (name, count),
       generate_series(0, count - 1) AS n`,
  );
  await pool.query(
    `INSERT INTO ops.file (source, path, size, mtime_ns, state, sha256, rows, seen_at, settled_at, ended_at)
     SELECT 'data-sample', n || '.parquet', 154000, n, 'loaded', lpad(to_hex(n), 64, '0'), 1914, now(), now(), now()
     FROM generate_series(0, $1::int - 1) AS n`,
    [files],
  );
  await pool.query(
    `INSERT INTO dwh.data_sample_summary
     SELECT id, at::date, 0, 1914, set_bit(repeat('0', (minute / 8 + 1) * 8)::varbit, minute, 1),
       repeat('1', 100)::varbit, repeat('1', 1876)::varbit, substr(repeat('11011111', 125), n % 8 + 1)::varbit,
       '{87,88,89}', ARRAY[638, 637 + n % 3, 639 - n % 3], at + interval '87 days', at + interval '89 days'
     FROM (SELECT id, n, timestamp '2023-01-01' + n * interval '1 minute' AS at, n % 1440 AS minute
       FROM (SELECT id, mtime_ns::int AS n FROM ops.file) f) file`,
  );
}
