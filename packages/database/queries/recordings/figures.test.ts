import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from '#database/pool.js';
import { sampleRecording } from '#samples/recordings/model.js';
import { withTestDatabase } from '../../../../test/helpers/database.js';
import { seedRecordings } from '../../../../test/helpers/recordings.js';

/** Rows of the figures that are not what the tables say, or that these lack. */
async function assertFigures(pool: Pool, what: string): Promise<void> {
  const { rows: minutes } = await pool.query(
    `SELECT * FROM (
       SELECT file_id, recording, metric_type, date_trunc('minute', "timestamp", 'UTC') AS minute, count(*) AS n,
         round(avg(metric_value)::numeric, 9) AS mean, round((count(*) * var_pop(metric_value))::numeric, 6) AS squares,
         min(metric_value) AS smallest, max(metric_value) AS largest, min("timestamp") AS first_at, max("timestamp") AS last_at
       FROM recordings.sensor GROUP BY 1, 2, 3, 4
     ) rows FULL JOIN (
       SELECT file_id, recording, metric_type, minute, sum("values") AS n, round((sum("values" * mean) / sum("values"))::numeric, 9) AS mean,
         round(sum(squares)::numeric, 6) AS squares, min(smallest) AS smallest, max(largest) AS largest,
         min(first_at) AS first_at, max(last_at) AS last_at
       FROM recordings.sensor_minute GROUP BY 1, 2, 3, 4
     ) kept USING (file_id, recording, metric_type, minute, n, mean, squares, smallest, largest, first_at, last_at)
     WHERE rows IS NULL OR kept IS NULL LIMIT 3`,
  );
  assert.deepEqual(minutes, [], what);
  const { rows: labels } = await pool.query(
    `SELECT * FROM (
       SELECT file_id, footage, label_type, count(*) AS n, count(*) FILTER (WHERE label_certainty >= 0.57) AS n57,
         max(label_certainty) AS best, min("timestamp") AS first_at, max("timestamp") AS last_at
       FROM recordings.label GROUP BY 1, 2, 3
     ) rows FULL JOIN (
       SELECT file_id, footage, label_type, sum(at_least[1]) AS n, sum(at_least[58]) AS n57, max(best_certainty) AS best,
         min(first_at) AS first_at, max(last_at) AS last_at
       FROM recordings.label_figures GROUP BY 1, 2, 3
     ) kept USING (file_id, footage, label_type, n, n57, best, first_at, last_at) WHERE rows IS NULL OR kept IS NULL LIMIT 3`,
  );
  assert.deepEqual(labels, [], what);
}

const recordings = Array.from({ length: 6 }, (_, index) => sampleRecording(index, 1));

test('figures are right after whatever changes labels and values', () =>
  withTestDatabase(async ({ pool }) => {
    await seedRecordings(pool, recordings);
    await assertFigures(pool, 'inserted');
    for (const [what, change] of Object.entries({
      'a file goes': 'DELETE FROM recordings.%s WHERE file_id = 2',
      'some rows of files go': 'DELETE FROM recordings.%s WHERE ordinal % 3 = 0',
      'rows of a file move to another': 'UPDATE recordings.%s SET file_id = 77 WHERE file_id = 3 AND ordinal % 2 = 0',
      'no row changes': 'DELETE FROM recordings.%s WHERE file_id = 999',
    })) {
      for (const table of ['sensor', 'label']) await pool.query(change.replace('%s', table));
      await assertFigures(pool, what);
    }
    await pool.query('UPDATE recordings.sensor SET metric_value = metric_value + 1');
    await pool.query('UPDATE recordings.label SET label_certainty = 0.57 WHERE ordinal % 2 = 1');
    await assertFigures(pool, 'values change');
    await pool.query(
      `INSERT INTO recordings.sensor SELECT "timestamp", relative_timestamp, 'more', metric_value, recording, file_id, ordinal + 100000
       FROM recordings.sensor`,
    );
    await assertFigures(pool, 'a file has rows of two statements');
    await pool.query('TRUNCATE recordings.sensor, recordings.label');
    const { rows } = await pool.query(
      'SELECT (SELECT count(*)::int FROM recordings.sensor_minute) AS minutes, (SELECT count(*)::int FROM recordings.label_figures) AS labels',
    );
    assert.deepEqual(rows, [{ minutes: 0, labels: 0 }]);
  }));

test('a transaction that fails leaves no figures', () =>
  withTestDatabase(async ({ pool }) => {
    await seedRecordings(pool, recordings);
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('DELETE FROM recordings.sensor');
      await client.query('DELETE FROM recordings.label');
      await client.query('ROLLBACK');
    } finally {
      client.release();
    }
    await assertFigures(pool, 'rolled back');
  }));

test('a value whose square no double holds fails no load', () =>
  withTestDatabase(async ({ pool }) => {
    await seedRecordings(pool, recordings);
    await pool.query(
      `INSERT INTO recordings.sensor SELECT "timestamp", relative_timestamp, 'huge', 1e308, recording, file_id, ordinal + 100000
       FROM recordings.sensor`,
    );
    const { rows } = await pool.query(
      `SELECT DISTINCT mean, squares, largest FROM recordings.sensor_minute WHERE metric_type = 'huge'`,
    );
    assert.deepEqual(rows, [{ mean: null, squares: null, largest: 1e308 }]);
  }));

test('hundredths are exact: 0.29 is at least 29 of them', () =>
  withTestDatabase(async ({ pool }) => {
    const { rows } = await pool.query<{ n: number; of: number; below: number }>(
      `SELECT n, recordings.hundredths((n::text || 'e-2')::float8) AS of,
         recordings.hundredths((n::text || 'e-2')::float8 - 1e-12) AS below
       FROM generate_series(1, 100) n`,
    );
    for (const { n, of, below } of rows) assert.deepEqual([of, below], [n, n - 1]);
  }));
