import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type pg from 'pg';
import { sampleRecording } from '#samples/recordings/model.js';
import { rowsAsParquet } from '#samples/recordings/parquet.js';
import {
  began,
  footage,
  type RecordingsRunner,
  recording,
  rowsOf,
  sensor,
  withRecordings,
} from './recordings-fixture.js';

const tables = ['recording', 'footage', 'label', 'sensor'] as const;

/** All rows but for which file they came from, as text. */
async function contentOf(pool: pg.Pool): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const table of tables) {
    const { rows } = await pool.query(
      `SELECT (to_jsonb(t) - '{file_id}'::text[])::text AS row FROM recordings.${table} t ORDER BY ordinal`,
    );
    found[table] = rows.map(({ row }) => row);
  }
  return found;
}

test('the same rows as JSON, as lines and as parquet give the same rows in the tables', async () => {
  const { drive, footages, labels, sensors } = sampleRecording(3, 7);
  const rows = { recording: [drive], footage: footages, label: labels, sensor: sensors };
  const loadedAs = async (put: (runner: RecordingsRunner) => Promise<void>): Promise<Record<string, unknown[]>> => {
    let found: Record<string, unknown[]> = {};
    await withRecordings(async (runner) => {
      await put(runner);
      await runner.load();
      for (const { path, state, reason } of await runner.files()) assert.equal(state, 'loaded', `${path}: ${reason}`);
      found = await contentOf(runner.pool);
    });
    return found;
  };
  const json = await loadedAs(async ({ put }) => {
    for (const table of tables) await put(`${table}s_1.json`, { [`${table}s`]: rows[table] });
  });
  const lines = await loadedAs(async ({ put }) => {
    for (const table of tables)
      await put(`${table}_1.ndjson`, rows[table].map((row) => JSON.stringify(row)).join('\n'));
  });
  const parquet = await loadedAs(async ({ drop }) => {
    for (const table of tables) await drop('recordings', `${table}s_1.parquet`, rowsAsParquet(table, rows[table]));
  });
  assert.equal(json['sensor']?.length, sensors.length);
  assert.deepEqual(lines, json);
  assert.deepEqual(parquet, json);
});

type Column = Parameters<typeof parquetWriteBuffer>[0]['columnData'][number];

const parquetOf = (columnData: Column[]): Uint8Array => new Uint8Array(parquetWriteBuffer({ columnData }));

const times: Readonly<Record<string, Pick<Column, 'type' | 'data'>>> = {
  'unix seconds as INT64': { type: 'INT64', data: [BigInt(began), BigInt(began + 1)] },
  'unix seconds as DOUBLE': { type: 'DOUBLE', data: [began, began + 1] },
  'timestamps adjusted to UTC': { type: 'TIMESTAMP', data: [new Date(began * 1000), new Date((began + 1) * 1000)] },
};

for (const [what, time] of Object.entries(times)) {
  test(`parquet with ${what} is taken`, () =>
    withRecordings(async ({ pool, put, drop, load, file }) => {
      await put('recording_1.json', recordings);
      await drop(
        'recordings',
        'sensors_1.parquet',
        parquetOf([
          { name: 'recording', data: ['r-1', 'r-1'], type: 'STRING' },
          { name: 'metric_value', data: [1.5, 2.5], type: 'DOUBLE' },
          { name: 'metric_type', data: ['speed', 'speed'], type: 'STRING' },
          { name: 'relative_timestamp', data: [0, 1], type: 'INT32' },
          { name: 'timestamp', ...time },
        ]),
      );
      await load();
      const { state, reason } = await file('sensors_1.parquet');
      assert.equal(state, 'loaded', reason ?? '');
      const { rows } = await pool.query(
        'SELECT extract(epoch FROM "timestamp")::int AS unix FROM recordings.sensor ORDER BY ordinal',
      );
      assert.deepEqual(rows, [{ unix: began }, { unix: began + 1 }]);
    }));
}

const recordings = { recording: recording('r-1'), footage: footage('f-1', 'r-1') };

test('bad rows of parquet are rejects in the words of JSON; a file whose columns do not fit is quarantined', () =>
  withRecordings(async ({ pool, put, drop, load, file }) => {
    await put('recording_1.json', recordings);
    const labels = (certainties: unknown[], seconds: unknown[], types: string[] = []): Uint8Array =>
      parquetOf([
        { name: 'timestamp', data: certainties.map(() => BigInt(began)), type: 'INT64' },
        { name: 'relative_timestamp', data: seconds, type: 'INT32' },
        { name: 'label_type', data: certainties.map((_, nth) => types[nth] ?? 'car'), type: 'STRING' },
        { name: 'label_certainty', data: certainties, type: 'DOUBLE' },
        { name: 'footage', data: certainties.map(() => 'f-1'), type: 'STRING' },
      ]);
    await drop(
      'recordings',
      'labels_1.parquet',
      labels([0.5, 1.2, 0.5, Number.NaN, 0.5], [0, 1, 2, 3, 4], ['car', 'car', '', 'car', 'x'.repeat(65)]),
    );
    await drop('recordings', 'labels_2.parquet', labels([0.5, 0.5, 0.5], [-1, 59, 60]));
    await drop('recordings', 'labels_3.parquet', labels([0.5, null], [0, 1]));
    await drop('recordings', 'labels_4.parquet', parquetOf([{ name: 'footage', data: ['f-1'], type: 'STRING' }]));
    await drop(
      'recordings',
      'footages_5.parquet',
      parquetOf(
        ['id', 'footage_type', 'filename', 'recording'].map((name) => ({
          name,
          data: [name === 'recording' ? 'r-1' : 'f-5'],
          type: 'STRING',
        })),
      ),
    );
    await load();
    const { rows } = await pool.query(
      'SELECT f.path, r.ordinal, r.byte_offset, r.reason FROM ops.reject r JOIN ops.file f ON f.id = r.file_id ORDER BY f.path, r.ordinal',
    );
    assert.deepEqual(
      rows.map(({ path, ordinal, reason }) => `${path} ${ordinal} ${reason}`),
      [
        'labels_1.parquet 1 label: label_certainty is 1.2: expected a number from 0 to 1',
        'labels_1.parquet 2 label: label_type is "": expected text that is not blank',
        'labels_1.parquet 3 label: label_certainty is NaN: expected a number that is finite',
        `labels_1.parquet 4 label: label_type is "${'x'.repeat(64)}…": expected at most 64 characters`,
        'labels_2.parquet 0 label: relative_timestamp is -1: expected an integer of at least 0',
        'labels_2.parquet 2 label: relative_timestamp is 60: expected an index of the 60 pictures of the footage f-1, from 0',
        'labels_3.parquet 1 label: label_certainty is missing: every row needs one',
      ],
    );
    assert.equal((await rowsOf(pool)).label, 3);
    assert.equal((await file('labels_4.parquet')).code, 'missing-column');
    assert.equal((await file('footages_5.parquet')).state, 'loaded', 'frames may be missing');
  }));

test('100,000 sensor values of one file load in memory that does not grow with it', () =>
  withRecordings(async ({ pool, put, drop, load, file }) => {
    const values = 100_000;
    await put('recordings_1.json', [recording('r-1')]);
    const rows = Array.from({ length: values }, (_, second) =>
      JSON.stringify(sensor('r-1', second, { metric_value: second / 8 })),
    );
    await drop('recordings', 'sensors_1.json', Buffer.from(`{"sensors": [${rows.join(',\n')}]}`));
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }, 5);
    const before = process.memoryUsage().arrayBuffers;
    await load();
    clearInterval(watch);
    assert.equal((await file('sensors_1.json')).rows, values);
    const { rows: sums } = await pool.query(
      'SELECT count(*)::int AS n, count(DISTINCT ordinal)::int AS ordinals, sum(metric_value) AS sum FROM recordings.sensor',
    );
    assert.deepEqual(sums, [{ n: values, ordinals: values, sum: ((values - 1) * values) / 16 }]);
    // The file has 13 MB, its rows 11.
    assert.ok(most - before < 8 * 2 ** 20, `${most - before} bytes`);
  }));
