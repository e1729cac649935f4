import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { provideValueIds } from '#database/datasets/summary-values.js';
import { ensureDatasets } from '#database/datasets/tables.js';
import { transaction } from '#database/pool.js';
import { readDatasetStats } from '#database/queries/dataset-stats.js';
import { refreshSummaries } from '#runs/refresh-summaries.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count } from '../helpers/ledger.js';
import { assertSummary, fillSummary, summarized } from '../helpers/summary.js';
import { type TaskRunner, withTaskRunner } from '../helpers/task-runner.js';

const load = 'load-data-sample';
const day = 24 * 60;

/** Drops a file of each of these minutes and loads them in one run. */
async function loadMinutes({ drop, run }: TaskRunner, minutes: readonly number[], rows = 40): Promise<string[]> {
  const ids: string[] = [];
  for (const minute of minutes)
    ids.push(await drop('data-sample', `${minute}.parquet`, sampleParquet(minute, { rows })));
  assert.equal((await run(load, { files: ids })).state, 'succeeded');
  return ids;
}

test('what the load keeps is what a count over the rows says, by day and in all', () =>
  withTaskRunner({}, async (runner) => {
    await loadMinutes(runner, [0, 1, 5, day - 1, day, 3 * day + 7]);
    await assertSummary(runner.pool);
    await assertSummary(runner.pool, { from: '2023-01-01', to: '2023-01-01' });
    await assertSummary(runner.pool, { from: '2023-01-02' });
    await loadMinutes(runner, [2], 1914);
    await assertSummary(runner.pool);
    const { missing } = await readDatasetStats(runner.pool, summarized, 'data-sample', { to: '2023-01-01' });
    assert.deepEqual(missing, {
      from: '2023-01-01T00:00:00',
      to: '2023-01-01T23:59:00',
      minutes: 1440 - 5,
      ranges: [
        { from: '2023-01-01T00:03:00', to: '2023-01-01T00:04:00', minutes: 2 },
        { from: '2023-01-01T00:06:00', to: '2023-01-01T23:58:00', minutes: 1440 - 7 },
      ],
      omitted: 0,
    });
  }));

const schema: SchemaElement[] = [
  { name: 'schema', num_children: 5 },
  ...['department_name', 'sensor_serial', 'product_name'].map(
    (name): SchemaElement => ({
      name,
      type: 'BYTE_ARRAY',
      repetition_type: 'OPTIONAL',
      converted_type: 'UTF8',
      logical_type: { type: 'STRING' },
    }),
  ),
  ...['create_at', 'product_expire'].map(
    (name): SchemaElement => ({
      name,
      type: 'INT64',
      repetition_type: 'OPTIONAL',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
    }),
  ),
];

type Encoding = 'PLAIN' | 'RLE_DICTIONARY';

/** A file of rows at any times; of every third value none is there. */
function oddParquet({
  rows,
  names,
  minutes,
  encoding,
  group,
  from = 0,
}: {
  rows: number;
  names: number;
  minutes: number;
  encoding: Encoding;
  group: number;
  from?: number;
}): Uint8Array {
  const numbers = Array.from({ length: rows }, (_, n) => n);
  const begin = Date.UTC(2023, 1, 1);
  const micros = (n: number): bigint => BigInt(begin + ((n * 7919) % minutes) * 60_000) * 1000n + BigInt(n % 977);
  const text = (word: string, odd: number) =>
    numbers.map((n) => (n % 3 === odd ? undefined : `${word}${(from + ((n * 31) % names)).toString(36)}`));
  const columnData = [
    { name: 'department_name', data: text('d', 0) },
    { name: 'sensor_serial', data: text('čidlo-of-some-length-', 1) },
    { name: 'product_name', data: text('', 2) },
    { name: 'create_at', data: numbers.map(micros) },
    {
      name: 'product_expire',
      data: numbers.map((n) =>
        n % 5 === 0 ? undefined : micros(n) + BigInt(n % 11) * 43_200_000_000n - 86_400_000_000n,
      ),
    },
  ];
  const buffer = parquetWriteBuffer({
    schema,
    rowGroupSize: group,
    columnData: columnData.map((column) => ({ ...column, encoding })),
  });
  return new Uint8Array(buffer);
}

for (const encoding of ['RLE_DICTIONARY', 'PLAIN'] as const) {
  test(`several days and row groups, values that lack and more than 4,096 of them are counted (${encoding})`, () =>
    withTaskRunner({}, async ({ drop, run, pool }) => {
      const ids = [
        await drop(
          'data-sample',
          'a.parquet',
          oddParquet({ rows: 9000, names: 9000, minutes: 4000, encoding, group: 2500 }),
        ),
        await drop(
          'data-sample',
          'b.parquet',
          oddParquet({ rows: 900, names: 70, minutes: 2900, encoding, group: 100, from: 500 }),
        ),
        await drop('data-sample', 'c.parquet', oddParquet({ rows: 10, names: 3, minutes: 1, encoding, group: 100 })),
      ];
      assert.equal((await run(load, { files: ids })).state, 'succeeded');
      assert.equal(await count(pool, 'SELECT max(chunk) FROM dwh.data_sample_summary'), 1);
      await assertSummary(pool);
      await assertSummary(pool, { from: '2023-02-02', to: '2023-02-02' });
      await pool.query('TRUNCATE dwh.data_sample_summary, dwh.data_sample_value');
      const refreshed = await run('refresh-summary', { source: 'data-sample' });
      assert.deepEqual(refreshed.output, { files: 3, rows: 9910, removed: 0, left: 0 });
      await assertSummary(pool);
      await drop(
        'data-sample',
        'd.parquet',
        oddParquet({ rows: 300, names: 300, minutes: 9, encoding, group: 50, from: 9000 }),
      );
      const [last] = (await pool.query<{ id: string }>('SELECT max(id) AS id FROM ops.file')).rows;
      assert.equal((await run(load, { files: [last?.id] })).state, 'succeeded');
      await assertSummary(pool);
    }));
}

test('replaced versions, duplicates and bad files, a day loaded once more and a cleared table leave it right', () =>
  withTaskRunner({}, async (runner) => {
    const { drop, run, pool } = runner;
    await loadMinutes(runner, [0, 1, 2, day]);
    const newer = await drop('data-sample', '1.parquet', sampleParquet(3 * day, { rows: 30 }));
    const same = await drop('data-sample', 'same.parquet', sampleParquet(0, { rows: 40 }));
    const bad = await drop('data-sample', 'bad.parquet', sampleParquet(9).subarray(0, 2000));
    assert.equal((await run(load, { files: [newer, same, bad] })).state, 'succeeded');
    assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 3 * 40 + 30);
    await assertSummary(pool);
    assert.equal((await run('reload-day', { source: 'data-sample', day: '2023-01-01' })).state, 'succeeded');
    await assertSummary(pool);
    await pool.query('TRUNCATE dwh.data_sample');
    await pool.query(
      "INSERT INTO dwh.data_sample_summary (file_id, day, chunk, rows) VALUES (999, '2023-01-01', 0, 5)",
    );
    assert.equal((await run('data-pipeline', { scope: 'all' })).state, 'succeeded');
    assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 3 * 40 + 30);
    await assertSummary(pool);
  }));

test('files that the database refuses together are summarized one by one', () =>
  withTaskRunner({}, async ({ drop, run, pool }) => {
    const ids = [
      await drop('data-sample', 'a.parquet', sampleParquet(1)),
      await drop('data-sample', 'b.parquet', sampleParquet(2)),
    ];
    await pool.query("ALTER TABLE dwh.data_sample ADD CONSTRAINT odd CHECK (create_at <> '2023-01-01 00:02:00')");
    assert.equal((await run(load, { files: ids })).state, 'succeeded');
    assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 25);
    await assertSummary(pool);
  }));

test('files from before the summary are said to be missing, and a worker that starts has them counted', () =>
  withTaskRunner({}, async (runner) => {
    const { pool, url, deps, drain } = runner;
    await loadMinutes(runner, [0, 1, 2]);
    await pool.query('DROP TABLE dwh.data_sample_summary, dwh.data_sample_value');
    const { changes } = await ensureDatasets(url, [summarized]);
    assert.deepEqual(changes, ['made the table dwh.data_sample_value', 'made the table dwh.data_sample_summary']);
    const before = await readDatasetStats(pool, summarized, 'data-sample', {});
    assert.deepEqual([before.rows, before.files, before.missingFiles], [0, 3, 3]);
    const ids = await loadMinutes(runner, [5]);
    await pool.query('DELETE FROM dwh.data_sample WHERE file_id = (SELECT min(id) FROM ops.file)');
    assert.equal((await refreshSummaries(pool, deps.catalogue)).length, 1);
    assert.equal((await refreshSummaries(pool, deps.catalogue)).length, 0, 'one that waits will do');
    await drain();
    const after = await readDatasetStats(pool, summarized, 'data-sample', {});
    assert.deepEqual([after.rows, after.files, after.missingFiles], [3 * 40, 4, 0]);
    assert.equal((await refreshSummaries(pool, deps.catalogue)).length, 0);
    assert.equal(ids.length, 1);
  }));

test('loads in parallel give each value one id, and do not wait for each other', () =>
  withTaskRunner({}, async ({ pool }) => {
    await transaction(pool, async (tx) => {
      // A load that has begun and does not end.
      await tx.query('SELECT count(*) FROM dwh.data_sample');
      const values = Array.from({ length: 500 }, (_, n) => `value ${n}`);
      const all = await Promise.all([
        provideValueIds(pool, summarized, 'product_name', values),
        provideValueIds(pool, summarized, 'product_name', values.toReversed()),
        provideValueIds(pool, summarized, 'sensor_serial', values),
      ]);
      assert.deepEqual([...all[0]], [...(all[1] ?? [])].reverse());
      assert.deepEqual(
        [...(all[2] ?? [])].sort((a, b) => a - b),
        Array.from(values.keys()),
      );
    });
  }));

test('the answer reads the summary, not the rows', () =>
  withTaskRunner({}, async ({ pool }) => {
    await fillSummary(pool, 3000);
    await pool.query('ANALYZE');
    // Whoever wants to read the rows waits for this lock, and is given up.
    await transaction(pool, async (tx) => {
      await tx.query('LOCK TABLE dwh.data_sample IN ACCESS EXCLUSIVE MODE');
      const stats = await readDatasetStats(pool, summarized, 'data-sample', {});
      assert.equal(stats.rows, 3000 * 1914);
    });
  }));
