import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { readableDatasets } from '#catalogue/catalogue.js';
import { recordTable, rowsSql, typedTable } from '#database/lake/lake-table.js';
import { countPartition } from '#database/lake/partition-rows.js';
import { sampleParquet } from '../../../test/helpers/inbox.js';
import { askLake, lakeFiles, readManifest } from '../../../test/helpers/lake.js';
import { listRuns } from '../../../test/helpers/ledger.js';
import { type TaskRunner, withTaskRunner } from '../../../test/helpers/task-runner.js';
import { seedFile } from '../../../test/integration/api-fixture.js';
import { seedImage } from '../../../test/integration/api-images-fixture.js';

const day = 24 * 60;

const lakeOf = ({ deps }: TaskRunner): string => deps.services.lakeDir;

/** 4 files of 25 rows: three minutes of one day, one of the next. */
async function loadSample(runner: TaskRunner): Promise<string[]> {
  const files: string[] = [];
  for (const minute of [0, 1, day - 1, day]) {
    files.push(await runner.drop('data-sample', `${minute}.parquet`, sampleParquet(minute)));
  }
  await runner.run('load-data-sample', { files });
  return files;
}

test('a dataset with a time lies in the lake by day, in both layers, with its types and values', () =>
  withTaskRunner({ star: false }, async (runner) => {
    await loadSample(runner);
    const lake = lakeOf(runner);
    const { state, output, error } = await runner.run('export', { dataset: 'data-sample' });
    assert.equal(state, 'succeeded', error?.message);
    const days = ['20230101', '20230102'];
    assert.deepEqual(
      lakeFiles(lake),
      ['dwd', 'ods'].flatMap((layer) => [
        `${layer}/data-sample/_manifest.json`,
        ...days.map((each) => `${layer}/data-sample/imp_date=${each}/part-00000.parquet`),
      ]),
    );
    const summaries: unknown[] = [];
    for (const layer of ['ods', 'dwd']) {
      const manifest = await readManifest(lake, `${layer}/data-sample`);
      assert.deepEqual(
        Object.entries(manifest).map(([each, { rows }]) => [each, rows]),
        [
          ['20230101', 75],
          ['20230102', 25],
        ],
      );
      const bytes = Object.values(manifest).reduce((sum, each) => sum + each.bytes, 0);
      summaries.push({ layer, partitions: 2, removed: 0, rows: 100, bytes });
    }
    assert.deepEqual(output, { dataset: 'data-sample', layers: summaries });
    assert.deepEqual((await readManifest(lake, 'dwd/data-sample'))['20230102']?.columns.slice(1), [
      { name: 'sensor_serial', type: 'STRING' },
      { name: 'create_at', type: 'TIMESTAMP(isAdjustedToUTC=false, unit=MICROS)' },
      { name: 'product_name', type: 'STRING' },
      { name: 'product_expire', type: 'TIMESTAMP(isAdjustedToUTC=false, unit=MICROS)' },
      { name: 'file_id', type: 'INT64' },
      { name: 'ordinal', type: 'INT32' },
    ]);
    const columns =
      'department_name, sensor_serial, create_at::text AS create_at, product_name, product_expire::text AS product_expire, file_id::text AS file_id, ordinal';
    const { rows } = await runner.pool.query(
      `SELECT ${columns}, to_char(create_at, 'YYYYMMDD') AS imp_date FROM dwh.data_sample ORDER BY d.file_id, ordinal`.replace(
        'd.file_id',
        'data_sample.file_id',
      ),
    );
    const read = `SELECT ${columns}, imp_date::text AS imp_date FROM lake ORDER BY lake.file_id, ordinal`;
    assert.deepEqual(await askLake(lake, 'dwd/data-sample', read), rows);
    const { rows: records } = await runner.pool.query(
      `SELECT f.path AS file_name, d.ordinal, (to_jsonb(d) - '{file_id,ordinal}'::text[]) AS record, f.id::text AS file_id
       FROM dwh.data_sample d JOIN ops.file f ON f.id = d.file_id ORDER BY f.id, ordinal`,
    );
    const ods = await askLake(
      lake,
      'ods/data-sample',
      'SELECT file_name, ordinal, record, file_id::text AS file_id FROM lake ORDER BY lake.file_id, ordinal',
    );
    assert.deepEqual(
      ods.map((row) => ({ ...row, record: JSON.parse(String(row['record'])) })),
      records,
    );
    // Another reader, by the path of one partition.
    const file = await asyncBufferFromFile(join(lake, 'dwd/data-sample/imp_date=20230102/part-00000.parquet'));
    const objects = await parquetReadObjects({ file });
    assert.deepEqual(
      objects.map((row) => Number(row['ordinal'])),
      Array.from({ length: 25 }, (_, n) => n),
    );
    assert.deepEqual(objects[0]?.['create_at'], new Date('2023-01-02T00:00:00Z'));
  }));

test('images lie by import day: the record as it stands, and the columns without the day, which the folder names', () =>
  withTaskRunner({ star: false }, async (runner) => {
    await seedImage(runner.pool, { name: 'a', faces: 2, day: '2026-11-20' });
    await seedImage(runner.pool, { name: 'b', faces: 1, day: '2026-11-20' });
    await seedImage(runner.pool, { name: 'c', day: '2026-11-21' });
    const { state, error } = await runner.run('export', { dataset: 'images' });
    assert.equal(state, 'succeeded', error?.message);
    const lake = lakeOf(runner);
    assert.deepEqual(
      await askLake(
        lake,
        'dwd/images',
        'SELECT imp_date, filename, face_no, file_id, ordinal FROM lake ORDER BY file_id',
      ),
      [
        { imp_date: '20261120', filename: 'a', face_no: 2, file_id: '1', ordinal: 0 },
        { imp_date: '20261120', filename: 'b', face_no: 1, file_id: '2', ordinal: 0 },
        { imp_date: '20261121', filename: 'c', face_no: 0, file_id: '3', ordinal: 0 },
      ],
    );
    const { rows } = await runner.pool.query(
      'SELECT f.path AS file_name, 0 AS ordinal, record::text FROM ods.image JOIN ops.file f ON f.id = file_id ORDER BY f.id',
    );
    const records = 'SELECT file_name, ordinal, record FROM lake ORDER BY file_id';
    assert.deepEqual(await askLake(lake, 'ods/images', records), rows);
  }));

test('a dataset without a time lies by the day on which its files were first seen', () =>
  withTaskRunner({ star: false }, async (runner) => {
    const { pool } = runner;
    // Files of two days that alternate, and one that is not loaded.
    for (const [n, seen] of ['20T23:59:59.999', '21T00:00:00', '20T00:00:00', '21T12:00:00'].entries()) {
      const id = await seedFile(pool, {
        path: `objects_detection_${n}.json`,
        rows: 2,
        state: n === 3 ? 'discarded' : 'loaded',
      });
      await pool.query('UPDATE ops.file SET seen_at = $2 WHERE id = $1', [id, `2026-11-${seen}Z`]);
      if (n === 3) continue;
      await pool.query(
        `INSERT INTO fleet.objects_detection (file_id, ordinal, event_ordinal, detection_ordinal, vehicle_id, detection_time, object_type, object_value)
         SELECT $1::bigint, n, n, 0, 'v', timestamptz '2026-01-01 00:00:00.123456Z', 'car', $1::bigint * 10 + n FROM generate_series(0, 1) n`,
        [id],
      );
    }
    const lake = lakeOf(runner);
    assert.equal((await runner.run('export', { dataset: 'objects-detection', layers: ['dwd'] })).state, 'succeeded');
    const read =
      'SELECT imp_date, sum(object_value) AS sum, count(*) AS n, min(detection_time)::text AS at FROM lake GROUP BY 1 ORDER BY 1';
    const at = '2026-01-01 00:00:00.123456+00';
    assert.deepEqual(await askLake(lake, 'dwd/objects-detection', read), [
      { imp_date: '20261120', sum: '82', n: '4', at },
      { imp_date: '20261121', sum: '41', n: '2', at },
    ]);
    assert.ok(
      lakeFiles(lake).every((path) => path.startsWith('dwd/')),
      'only the layer that was asked for',
    );
  }));

test('a partition is replaced as a whole, one without rows is taken away, others are left alone; leftovers go', () =>
  withTaskRunner({ star: false }, async (runner) => {
    const files = await loadSample(runner);
    const lake = lakeOf(runner);
    await runner.run('export', { dataset: 'data-sample', layers: ['dwd'] });
    const before = await readManifest(lake, 'dwd/data-sample');
    // As a killed attempt leaves them.
    const hidden = join(lake, 'dwd/data-sample/imp_date=20230101/.part-00000.parquet.gone-1.tmp');
    writeFileSync(hidden, 'PAR1 half');
    const abandoned = join(lake, 'dwd/data-sample/imp_date=20220101/.part-00000.parquet.gone-1.tmp');
    mkdirSync(dirname(abandoned));
    writeFileSync(abandoned, 'PAR1 half');
    const sum = 'SELECT count(*) AS n FROM lake';
    assert.deepEqual(await askLake(lake, 'dwd/data-sample', sum), [{ n: '100' }], 'hidden files are passed over');

    await runner.pool.query('DELETE FROM dwh.data_sample WHERE file_id = ANY($1)', [[files[1], files[3]]]);
    const first = { dataset: 'data-sample', layers: ['dwd'], to: '2023-01-01' };
    const { output, id } = await runner.run('export', first);
    const { bytes } = (await readManifest(lake, 'dwd/data-sample'))['20230101'] ?? {};
    assert.deepEqual(output?.['layers'], [{ layer: 'dwd', partitions: 1, removed: 1, rows: 50, bytes }]);
    const between = await readManifest(lake, 'dwd/data-sample');
    assert.equal(between['20230101']?.runId, id);
    assert.deepEqual(between['20230102'], before['20230102'], 'a day that was not asked for stays');

    await runner.run('export', { dataset: 'data-sample', layers: ['dwd'], from: '2023-01-02', to: '2023-01-02' });
    assert.deepEqual(lakeFiles(lake), [
      'dwd/data-sample/_manifest.json',
      'dwd/data-sample/imp_date=20230101/part-00000.parquet',
    ]);
    assert.deepEqual(Object.keys(await readManifest(lake, 'dwd/data-sample')), ['20230101']);
    assert.deepEqual(await askLake(lake, 'dwd/data-sample', sum), [{ n: '50' }]);
  }));

test('a run that fails names folder and remedy, and goes on behind the partitions that it has written', () =>
  withTaskRunner({ star: false }, async (runner) => {
    await loadSample(runner);
    const lake = lakeOf(runner);
    const blocked = join(lake, 'dwd/data-sample/imp_date=20230102');
    mkdirSync(dirname(blocked), { recursive: true });
    writeFileSync(blocked, 'a file');
    const { id, state, error } = await runner.run('export', { dataset: 'data-sample', layers: ['dwd'] });
    assert.equal(state, 'delayed');
    assert.match(
      error?.message ?? '',
      /^the folder dwd\/data-sample\/imp_date=20230102 of LAKE_DIR is a file, not a folder; move it away/,
    );
    const before = await readManifest(lake, 'dwd/data-sample');
    assert.deepEqual(Object.keys(before), ['20230101']);
    rmSync(blocked);
    await runner.pool.query("DELETE FROM dwh.data_sample WHERE create_at < '2023-01-02'");
    await runner.pool.query("UPDATE ops.run SET state = 'queued', available_at = now() WHERE id = $1", [id]);
    await runner.drain();
    const ended = (await listRuns(runner.pool)).find((run) => run.id === id);
    assert.equal(ended?.state, 'succeeded', ended?.error?.message);
    const after = await readManifest(lake, 'dwd/data-sample');
    assert.deepEqual(after['20230101'], before['20230101'], 'it was not written again');
    assert.equal(after['20230102']?.rows, 25);
  }));

test('an input that names no dataset, or days in the wrong order, is refused', () =>
  withTaskRunner({ star: false }, async (runner) => {
    await assert.rejects(runner.run('export', { dataset: 'nothing' }), /expected one of .*images.*, got "nothing"/);
    const range = { dataset: 'images', from: '2026-11-21', to: '2026-11-20' };
    await assert.rejects(runner.run('export', range), /a day that is not before from \(2026-11-21\)/);
    await assert.rejects(runner.run('export', { dataset: 'images', layers: ['dws'] }), /layers/);
  }));

test('the rows of every dataset can be read for both layers', () =>
  withTaskRunner({ star: false }, async ({ pool, deps }) => {
    const datasets = [...readableDatasets(deps.catalogue).values()];
    assert.ok(datasets.length >= 4);
    for (const readable of datasets) {
      for (const table of [recordTable(readable), typedTable(readable)]) {
        await pool.query(`EXPLAIN ${rowsSql(table, 'd.file_id = 1')}`);
        assert.equal(await countPartition(pool, table, '20230101'), 0, readable.name);
      }
    }
  }));
