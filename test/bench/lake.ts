/**
 * What the task export takes, and whether the lake is read back complete:
 *
 *   node dist/test/bench/lake.js --images 100000 --minutes 1440
 *
 * Method. On an embedded server with the product's settings, records of images (a ledger row, a JSON record with two faces,
 * a row of typed columns each; ten import days) and rows of the data sample (1,914 per minute, a file per minute, all of
 * one day) are inserted by SQL; there are no images and no parquet files to load. Then the task export writes both datasets,
 * both layers each, in this process. Per dataset: wall time until the run has ended, rows per second (of both layers
 * together), bytes of the files, and the largest resident memory of this process so far, which includes Node's own 60 MB or
 * so. Then DuckDB reads the lake by a pattern over all partitions, with the time that takes; counts and sums must be those
 * of the tables by SQL, else this fails. Compare figures of one run; machines differ by the hour.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { coverImageDays } from '#database/images/days.js';
import { openPool, type Pool } from '#database/pool.js';
import { makeDay } from '../helpers/days.js';
import { askLake } from '../helpers/lake.js';
import { openTaskRunner, type TaskRunner } from '../helpers/task-runner.js';
import { freshDatabase, startBenchServer } from './load/server.js';

const rowsOfMinute = 1_914;
const importDays = 10;
const sampleDay = '2023-01-01';

const { values } = parseArgs({
  options: { images: { type: 'string', default: '100000' }, minutes: { type: 'string', default: '1440' } },
});
await bench(Number(values.images), Number(values.minutes));

async function bench(images: number, minutes: number): Promise<void> {
  const workDir = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  try {
    const server = await startBenchServer(workDir);
    try {
      const url = await freshDatabase(server, 'millrace_bench_lake', true);
      const pool = openPool({ url, name: 'bench', max: 8, onError: console.error });
      const runner = await openTaskRunner({ url, pool }, join(workDir, 'inbox'), { star: false });
      try {
        await insertImages(pool, images);
        await insertSample(pool, minutes);
        await pool.query('ANALYZE');
        await exportDataset(runner, 'images');
        await exportDataset(runner, 'data-sample');
        await compare(runner, 'dwd/images', 'dwd.image', 'sum(face_no)', 'sum(width::bigint * file_id)');
        await compare(runner, 'ods/images', 'ods.image', `sum((record->>'face_no')::int)`, 'sum(file_id)');
        const time = 'sum(extract(epoch FROM create_at)::bigint)';
        await compare(runner, 'dwd/data-sample', 'dwh.data_sample', time, 'sum(ordinal)');
        await compare(runner, 'ods/data-sample', 'dwh.data_sample', 'sum(ordinal)', 'sum(file_id)');
      } finally {
        await runner.close();
        await pool.end();
      }
    } finally {
      await server.stop();
    }
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

async function insertImages(pool: Pool, count: number): Promise<void> {
  const day = (n: number): string => new Date(Date.UTC(2026, 10, 1 + n)).toISOString().slice(0, 10);
  await coverImageDays(
    pool,
    Array.from({ length: importDays }, (_, n) => day(n)),
  );
  await pool.query(
    `INSERT INTO ops.file (path, source, state, sha256, size, mtime_ns, rows, seen_at)
     SELECT 'camera/' || n || '.jpg', 'images', 'loaded', md5(n::text) || md5('-' || n), 100000, 1, 3,
       timestamptz '2026-11-01 06:00:00Z' + n % $2::int * interval '1 day' FROM generate_series(1, $1::int) n`,
    [count, importDays],
  );
  const file = `SELECT id, (seen_at AT TIME ZONE 'UTC')::date AS day, path, sha256 FROM ops.file WHERE source = 'images'`;
  await pool.query(
    `INSERT INTO ods.image (file_id, imp_date, file_name, record)
     SELECT id, day, path, jsonb_build_object('file_name', path, 'md5', md5(path), 'width', 612, 'height', 408, 'face_no', 2,
       'sha256', sha256, 'format', 'jpeg', 'model', 'bench', 'threshold', 0.7, 'faces', (SELECT jsonb_agg(jsonb_build_object(
         'x', id % 500 + f / 3.0, 'y', 20.5, 'width', 30.25, 'height', 40, 'score', 0.9, 'landmarks',
         jsonb_build_object('nose', jsonb_build_array(id % 500, 3.5), 'left_eye', jsonb_build_array(1.5, 2.5)))) FROM generate_series(1, 2) f))
     FROM (${file}) f`,
  );
  await pool.query(
    `INSERT INTO dwd.image SELECT id, day, path, md5(path), sha256, 612 + id % 5, 408, 2, 'jpeg', 'bench', 0.7 FROM (${file}) f`,
  );
}

async function insertSample(pool: Pool, minutes: number): Promise<void> {
  await makeDay(pool, sampleDay);
  await pool.query(
    `INSERT INTO ops.file (path, source, state, sha256, size, mtime_ns, rows)
     SELECT 'minute ' || n || '.parquet', 'data-sample', 'loaded', md5('m' || n) || md5(n::text), 30000, 1, $2
     FROM generate_series(0, $1::int - 1) n`,
    [minutes, rowsOfMinute],
  );
  await pool.query(
    `INSERT INTO dwh.data_sample (department_name, sensor_serial, create_at, product_name, product_expire, file_id, ordinal)
     SELECT md5((n % 11)::text), substr(md5(n::text), 1, 20), $1::timestamp + minute * interval '1 minute', 'product ' || n % 9,
       $1::timestamp + (n % 1000) * interval '1 day', id, n
     FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS minute FROM ops.file WHERE source = 'data-sample') f,
       generate_series(0, $2::int - 1) n ORDER BY id, n`,
    [sampleDay, rowsOfMinute],
  );
}

function shown(amount: number, digits = 1): string {
  return amount.toFixed(digits).padStart(9);
}

async function exportDataset(runner: TaskRunner, dataset: string): Promise<void> {
  const begin = performance.now();
  const { id, state, error } = await runner.run('export', { dataset });
  const seconds = (performance.now() - begin) / 1000;
  if (state !== 'succeeded') throw new Error(`export of ${dataset}: ${state}, ${error?.message ?? 'no reason given'}`);
  const { rows } = await runner.pool.query<{ rows: string; bytes: string }>(
    `SELECT sum((l->>'rows')::bigint) AS rows, sum((l->>'bytes')::bigint) AS bytes
     FROM ops.run, jsonb_array_elements(output->'layers') l WHERE id = $1`,
    [id],
  );
  const [written, bytes] = [Number(rows[0]?.rows), Number(rows[0]?.bytes)];
  console.log(
    `export ${dataset.padEnd(16)} ${shown(written, 0)} rows ${shown(seconds)} s ${shown(written / seconds, 0)} rows/s ` +
      `${shown(bytes / 1e6)} MB; largest memory so far ${shown(process.resourceUsage().maxRSS / 1024, 0)} MiB`,
  );
}

/** Compares the count and two sums, written so that both databases understand them. */
async function compare(runner: TaskRunner, dataset: string, table: string, ...sums: readonly string[]): Promise<void> {
  const figures = ['count(*)', ...sums].map((figure, at) => `(${figure})::text AS figure_${at}`).join(', ');
  const { rows } = await runner.pool.query<Record<string, string>>(`SELECT ${figures} FROM ${table}`);
  const begin = performance.now();
  const read = await askLake(runner.deps.services.lakeDir, dataset, `SELECT ${figures} FROM lake`);
  const seconds = (performance.now() - begin) / 1000;
  if (JSON.stringify(read) !== JSON.stringify(rows)) {
    throw new Error(`${dataset}: expected ${JSON.stringify(rows)}, DuckDB reads ${JSON.stringify(read)}`);
  }
  console.log(
    `DuckDB ${dataset.padEnd(16)} ${shown(Number(rows[0]?.['figure_0']), 0)} rows ${shown(seconds, 2)} s, equal`,
  );
}
