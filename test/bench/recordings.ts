/**
 * How long the questions about recordings take, and what keeping their figures costs:
 *
 *   npm run bench:recordings -- --values 10000000 --labels 10000000
 *
 * Method. On an embedded server with the product's settings the tables are filled by the server itself: recordings of half
 * an hour with two metrics a second, labels of seven classes on two footages, values and certainties spread evenly, the same
 * each time. Then each question is asked as the API asks it, once and five times more, one after the other; shown are the
 * first time and the median of the others, in ms, and the number of items. A question that its limit ends says so. Times of
 * filling are those of the whole, with indexes, foreign keys and figures; the figures' part is measured by filling a tenth
 * again with and without their triggers.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '#contracts/errors.js';
import { openPool, type Pool } from '#database/pool.js';
import type { Page } from '#database/queries/page.js';
import { listFrames } from '#database/queries/recordings/frames.js';
import { rankRecordings, topLabels } from '#database/queries/recordings/labels.js';
import { findRecording, listRecordings } from '#database/queries/recordings/recordings.js';
import type { SensorFilter } from '#database/queries/recordings/sensor-filter.js';
import { sensorStats } from '#database/queries/recordings/sensor-stats.js';
import { fillRecordings } from '../helpers/many-recordings.js';
import { freshDatabase, startBenchServer } from './load/server.js';

const { values } = parseArgs({
  options: { values: { type: 'string', default: '1000000' }, labels: { type: 'string', default: '1000000' } },
});

const page = { limit: 50 };
const speed = { name: 'speed', comparison: '>', bound: 50 } as const;
const pedestrian = { name: 'pedestrian', comparison: '>=', bound: 0.6 } as const;

const stats =
  (filter: SensorFilter, by: Parameters<typeof sensorStats>[1]['grouping']['by'], percentiles: number[] = []) =>
  (pool: Pool) =>
    sensorStats(pool, { filter, grouping: { by, bucket: 'hour' }, percentiles }, page, 60_000);
const frames = (filter: Partial<Parameters<typeof listFrames>[1]>) => (pool: Pool) =>
  listFrames(pool, { metrics: [], labels: [], ...filter }, page, 60_000);

const hour = { from: '2024-07-03T12:00:00.000000Z', to: '2024-07-03T12:59:59.999999Z' };

const questions: Readonly<Record<string, (pool: Pool) => Promise<Page<unknown, unknown>>>> = {
  'stats: all values': stats({}, []),
  'stats: by metric': stats({}, ['metric']),
  'stats: by location and metric': stats({}, ['location', 'metric']),
  'stats: by recording and metric': stats({}, ['recording', 'metric']),
  'stats: by metric and hour': stats({}, ['metric', 'bucket']),
  'stats: an hour and 17 s, by metric': stats({ from: hour.from, to: '2024-07-03T13:00:17.000000Z' }, ['metric']),
  'stats: of one recording, with percentiles': stats({ recording: 'drive-00007' }, ['metric'], [50, 95, 99]),
  'stats: of one hour, with percentiles': stats(hour, ['metric'], [50, 95, 99]),
  'stats: speed of 129 and more, with percentiles': stats({ metrics: ['speed'], minValue: 129 }, [], [50, 95, 99]),
  'stats: of all speeds, with percentiles': stats({ metrics: ['speed'] }, [], [50, 95, 99]),
  'stats: of all values by metric, with percentiles': stats({}, ['metric'], [50, 95, 99]),
  'frames: speed>50 and pedestrian>=0.6': frames({ metrics: [speed], labels: [pedestrian] }),
  'frames: speed>129.99 and pedestrian>=0.99': frames({
    metrics: [{ ...speed, bound: 129.99 }],
    labels: [{ ...pedestrian, bound: 0.99 }],
  }),
  'frames: speed>129.999, pedestrian>=1': frames({
    metrics: [{ ...speed, bound: 129.999 }],
    labels: [{ ...pedestrian, bound: 1 }],
  }),
  'frames: speed>131 (none)': frames({ metrics: [{ ...speed, bound: 131 }] }),
  'labels: the five best classes per recording': (pool) => topLabels(pool, {}, 5, page),
  'labels: ranking at 0.6': (pool) => rankRecordings(pool, { hundredths: 60 }, page),
  'recordings: a page': (pool) => listRecordings(pool, {}, page),
  'recordings: one': async (pool) => ({ items: [await findRecording(pool, 'drive-00007')], next: undefined }),
};

const workDir = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
try {
  const server = await startBenchServer(workDir);
  try {
    const url = await freshDatabase(server, 'millrace_bench_recordings', true);
    const pool = openPool({ url, name: 'bench', max: 4, onError: console.error });
    try {
      await fill(pool, Number(values.values), Number(values.labels));
      for (const [name, ask] of Object.entries(questions)) console.log(await measure(pool, name, ask));
      await measureFigures(pool);
    } finally {
      await pool.end();
    }
  } finally {
    await server.stop();
  }
} finally {
  await rm(workDir, { recursive: true, force: true });
}

async function fill(pool: Pool, wantedValues: number, labels: number): Promise<void> {
  const begin = performance.now();
  const { recordings } = await fillRecordings(pool, { values: wantedValues, labels });
  const seconds = (performance.now() - begin) / 1000;
  const { rows } = await pool.query<Record<string, string>>(
    `SELECT (SELECT count(*) FROM recordings.sensor) AS values, (SELECT count(*) FROM recordings.label) AS labels,
       (SELECT count(*) FROM recordings.sensor_minute) AS minutes, (SELECT count(*) FROM recordings.label_figures) AS figures,
       pg_size_pretty(pg_database_size(current_database())) AS size`,
  );
  console.log(`${recordings} recordings in ${seconds.toFixed(0)} s: ${JSON.stringify(rows[0])}`);
  await pool.query('VACUUM');
}

async function measure(
  pool: Pool,
  name: string,
  ask: (pool: Pool) => Promise<Page<unknown, unknown>>,
): Promise<string> {
  const times: number[] = [];
  let items = 0;
  for (let n = 0; n < 6; n += 1) {
    const begin = performance.now();
    try {
      items = (await ask(pool)).items.length;
    } catch (error) {
      return `${name.padEnd(50)} given up after ${((performance.now() - begin) / 1000).toFixed(0)} s: ${messageOf(error)}`;
    }
    times.push(performance.now() - begin);
  }
  const [first = 0, ...others] = times;
  const median = others.sort((a, b) => a - b)[2] ?? 0;
  return `${name.padEnd(50)} ${first.toFixed(1).padStart(9)} ${median.toFixed(1).padStart(9)} ms  ${items} items`;
}

/** A tenth of the rows is written again, under another file, and taken back. */
async function measureFigures(pool: Pool): Promise<void> {
  for (const table of ['sensor', 'label']) {
    const times: string[] = [];
    for (const triggers of ['ENABLE', 'DISABLE', 'ENABLE', 'DISABLE']) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        for (const when of ['added', 'gone', 'changed', 'cleared']) {
          await client.query(`ALTER TABLE recordings.${table} ${triggers} TRIGGER ${table}_${when}`);
        }
        const columns =
          table === 'sensor' ? 'metric_type, metric_value, recording' : 'label_type, label_certainty, footage';
        const begin = performance.now();
        await client.query(
          `INSERT INTO recordings.${table} ("timestamp", relative_timestamp, ${columns}, file_id, ordinal)
           SELECT "timestamp", relative_timestamp, ${columns}, -file_id, ordinal FROM recordings.${table} WHERE file_id % 10 = 0`,
        );
        times.push(
          `${triggers === 'ENABLE' ? 'with' : 'without'} ${((performance.now() - begin) / 1000).toFixed(2)} s`,
        );
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    }
    console.log(`${table}: a tenth again, figures ${times.join(', ')}`);
  }
}
