import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import { objectsDetectionExample, vehicleStatusExample } from '#samples/examples.js';
import { imageSample } from '#samples/images.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listFiles, listRuns, waitForState, waitUntilQuiet } from '../helpers/ledger.js';
import { carriers, type Platform, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';

const jpeg = async (index: number): Promise<Buffer> => (await imageSample(index, 3)).bytes;
const detections = JSON.stringify(objectsDetectionExample.document);
const statuses = JSON.stringify(vehicleStatusExample.document);

for (const carrier of carriers) {
  test(`files of all four kinds, dropped before the start and while it runs, become rows, files, runs and attempts (${carrier})`, (t) =>
    withPlatform(t, carrier, {}, async (platform) => {
      const { inbox, pool } = platform;
      await inbox.write('10001.jpg', await jpeg(0));
      await inbox.write('deep/down/in/2023-01-01 00:00:00.parquet', sampleParquet(0));
      await inbox.write(`deep/${objectsDetectionExample.fileName}`, detections);
      await inbox.write(vehicleStatusExample.fileName, statuses);
      await platform.start();
      await waitUntilQuiet(pool, 4);

      await inbox.write('new folder/at once/2023-01-01 00:01:00.parquet', sampleParquet(1));
      await inbox.write('new folder/10003.jpg', await jpeg(2));
      await inbox.moveIn('2023-01-01 00-02-00.parquet', sampleParquet(2));
      await inbox.moveIn('moved/deeply/objects_detection.ndjson', oneEvent('a'.repeat(32), 'cars', 1));
      await waitUntilQuiet(pool, 8);

      const files = await listFiles(pool);
      assert.deepEqual(new Set(files.map((file) => file.state)), new Set(['loaded']));
      assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 75);
      assert.equal(await count(pool, 'SELECT count(*) FROM fleet.objects_detection'), 6 + 1);
      assert.equal(await count(pool, 'SELECT count(*) FROM fleet.vehicle_status'), 3);
      assert.equal(await count(pool, `SELECT count(*) FROM fleet.vehicle_status WHERE vehicle_id LIKE 'qbae3f%'`), 1);
      await assertImages(platform);
      for (const run of await listRuns(pool)) assert.deepEqual([run.state, run.attempts], ['succeeded', ['succeeded']]);
      await assertTruth(pool);
      await assertTelemetry(platform);
    }));
}

test('the operating system’s events bring a file to its rows without a scan, in a folder made meanwhile, too', (t) =>
  withPlatform(t, 'postgres', { env: { SCAN_INTERVAL_MS: '86400000' } }, async (platform) => {
    const { inbox, pool } = platform;
    await inbox.write('2023-01-01 00:00:00.parquet', sampleParquet(0));
    await platform.start();
    await waitUntilQuiet(pool, 1);
    await inbox.write('2023-01-01 00:01:00.parquet', sampleParquet(1));
    await waitForState(pool, '2023-01-01 00:01:00.parquet', 'loaded', { deadlineMs: 10_000 });
    await mkdir(inbox.at('made/meanwhile'), { recursive: true });
    await inbox.write('made/meanwhile/2023-01-01 00:02:00.parquet', sampleParquet(2));
    await waitForState(pool, 'made/meanwhile/2023-01-01 00:02:00.parquet', 'loaded', { deadlineMs: 10_000 });
  }));

test('an older status never overwrites a newer one, in whatever order the files come; twice one type is two rows', (t) =>
  withPlatform(t, 'postgres', {}, async ({ inbox, pool, start }) => {
    const status = (time: string, state: string): string =>
      JSON.stringify([{ vehicle_id: 'q1', report_time: time, status: state }]);
    await start();
    await inbox.write('vehicles_status_20240718T140532.json', status('2022-05-05T12:00:00.000+00:00', 'driving'));
    await waitUntilQuiet(pool, 1);
    await inbox.write('vehicle_status_1721311532.json', status('2022-05-05T14:00:00.000500Z', 'accident'));
    await waitUntilQuiet(pool, 2);
    await inbox.write('vehicle__status.json', status('2022-05-05T13:59:59.999Z', 'parking'));
    await inbox.write('objects__detection_2.json', twiceOneType);
    await inbox.write('object_detection_1721311532.json', `[${oneEvent('b', 'trucks', 9)}]`);
    await waitUntilQuiet(pool, 5);
    const { rows } = await pool.query(`SELECT vehicle_id, status FROM fleet.vehicle_status_latest`);
    assert.deepEqual(rows, [{ vehicle_id: 'q1', status: 'accident' }]);
    assert.equal(await count(pool, 'SELECT count(*) FROM fleet.vehicle_status'), 3, 'the history is kept');
    const twice = `SELECT count(*) FROM fleet.objects_detection WHERE object_type = 'pedestrians' AND object_value = 3`;
    assert.equal(await count(pool, twice), 2);
    assert.equal(await count(pool, `SELECT object_value FROM fleet.objects_detection WHERE vehicle_id = 'b'`), 9);
    await assertTruth(pool);
  }));

const oneEvent = (vehicle: string, type: string, value: number): string =>
  JSON.stringify({
    vehicle_id: vehicle,
    detection_time: '2022-06-05T21:02:34.546Z',
    object_type: type,
    object_value: value,
  });

const twiceOneType = JSON.stringify({
  objects_detection_events: [
    {
      vehicle_id: 'a',
      detection_time: '2022-06-05T21:02:34.546Z',
      detections: [
        { object_type: 'pedestrians', object_value: 3 },
        { object_type: 'pedestrians', object_value: 3 },
      ],
    },
  ],
});

async function assertImages({ pool }: Platform): Promise<void> {
  const { rows } = await pool.query<{ file_name: string; record: unknown; same: boolean }>(
    `SELECT o.file_name, o.record, o.record @> jsonb_build_object('file_name', d.filename, 'md5', d.md5, 'width', d.width,
       'height', d.height, 'face_no', d.face_no, 'sha256', f.sha256) AND d.imp_date = (f.seen_at AT TIME ZONE 'UTC')::date AS same
     FROM ods.image o JOIN dwd.image d USING (file_id, imp_date) JOIN ops.file f ON f.id = d.file_id ORDER BY 1`,
  );
  assert.deepEqual(
    rows.map(({ file_name, same }) => [file_name, same]),
    [
      ['10001', true],
      ['10003', true],
    ],
  );
}

/** The seed's query runs as it stands, and any row leads to its file, run, attempt and worker. */
async function assertTelemetry({ pool }: Platform): Promise<void> {
  await pool.query(`
    SELECT task_id, dag_id, execution_date, status, result, start_time, end_time, logs
    FROM tasks_results
    WHERE task_id = 'task1' AND execution_date > '2024-07-18 00:00:00';
  `);
  const { rows } = await pool.query<{ status: string; result: unknown; start_time: Date; end_time: Date }>(
    `SELECT status, result, start_time, end_time, logs FROM tasks_results WHERE task_id = 'load-vehicle-status'`,
  );
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.status, 'success');
  assert.ok(rows[0].start_time <= rows[0].end_time);
  const lineage = await pool.query(
    `SELECT s.ordinal, f.path, r.task, a.state, w.pid > 0 AS worker
     FROM fleet.vehicle_status s JOIN ops.file f ON f.id = s.file_id JOIN ops.run r ON r.id = f.run_id
     JOIN ops.attempt a ON a.run_id = r.id AND a.number = f.attempt JOIN ops.worker w ON w.id = a.worker_id
     WHERE s.vehicle_id LIKE 'qbae3f%'`,
  );
  assert.deepEqual(lineage.rows, [
    { ordinal: 2, path: vehicleStatusExample.fileName, task: 'load-vehicle-status', state: 'succeeded', worker: true },
  ]);
}
