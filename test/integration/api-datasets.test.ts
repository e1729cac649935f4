import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeDay } from '../helpers/days.js';
import { readAll, seedFile, type TestApi, withApi } from './api-fixture.js';

const asking = (api: TestApi, route: string) => async (query: string) =>
  (await api.ask(`${route}?${query}`)).body.items;

test('detections are paged latest first, those of one instant included, to the microsecond', () =>
  withApi(async (api) => {
    const file = await seedFile(api.pool, { path: 'o.json' });
    await api.pool.query(
      `INSERT INTO fleet.objects_detection
       SELECT $1, n, n, 0, 'v' || n % 3, '2022-06-05T21:02:34.546001Z'::timestamptz + (n / 8) * interval '1 microsecond',
         CASE WHEN n % 2 = 0 THEN 'cars' ELSE 'signs' END, n
       FROM generate_series(0, 29) n`,
      [file],
    );
    const all = await readAll(api, '/api/objects-detection', 7);
    assert.deepEqual(
      all.map((row) => row.ordinal),
      Array.from({ length: 30 }, (_, n) => 29 - n),
    );
    assert.equal(all[0].detectionTime, '2022-06-05T21:02:34.546004Z');
    const find = asking(api, '/api/objects-detection');
    const values = async (query: string) => (await find(query)).map((row: { objectValue: number }) => row.objectValue);
    assert.deepEqual(await values('vehicleId=v1&objectType=cars'), [28, 22, 16, 10, 4]);
    assert.deepEqual(await values('minValue=5&maxValue=7'), [7, 6, 5]);
    assert.deepEqual(await values('value=12'), [12]);
    assert.equal((await values('to=2022-06-05T21:02:34.546001Z')).length, 8);
    assert.equal((await values('from=2022-06-05T21:02:34.546004Z')).length, 6);
    assert.equal((await values('from=2022-06-05T23:02:34.546004%2B02:00')).length, 6);
    assert.equal((await values('from=2022-06-05&to=2022-06-05')).length, 30);
    assert.equal((await values('from=2022-06-06')).length, 0);
    assert.equal((await values(`fileId=${file}`)).length, 30);
    assert.equal((await api.ask('/api/objects-detection?value=1.5')).status, 422);
    assert.equal((await api.ask('/api/objects-detection?value=99999999999')).status, 422);
    const forged = Buffer.from(JSON.stringify(['2022-19-05T21:02:34.546004Z', '1', 1])).toString('base64url');
    assert.equal((await api.ask(`/api/objects-detection?cursor=${forged}`)).status, 422);
    const noDay = Buffer.from(JSON.stringify(['2022-02-31T21:02:34.546004Z', '1', 1])).toString('base64url');
    assert.equal((await api.ask(`/api/objects-detection?cursor=${noDay}`)).status, 422);
  }));

test('texts of users are values, never SQL', () =>
  withApi(async (api) => {
    const file = await seedFile(api.pool, { path: 'o.json' });
    const id = `x' OR '1'='1`;
    await api.pool.query(
      `INSERT INTO fleet.objects_detection VALUES ($1, 0, 0, 0, $2, now(), 'cars', 1), ($1, 1, 0, 1, 'y', now(), 'cars', 1)`,
      [file, id],
    );
    const find = asking(api, '/api/objects-detection');
    assert.equal((await find(`vehicleId=${encodeURIComponent(id)}`)).length, 1);
    assert.equal(
      (await find(`vehicleId=${encodeURIComponent("'; DROP TABLE fleet.objects_detection; --")}`)).length,
      0,
    );
    for (const query of ['objects-detection?vehicleId', 'runs?task', 'files?path']) {
      assert.equal((await api.ask(`/api/${query}=%00`)).status, 422, query);
    }
  }));

test('status reports are listed latest first; latest=true gives one per vehicle', () =>
  withApi(async (api) => {
    const file = await seedFile(api.pool, { path: 's.json', source: 'vehicle-status' });
    await api.pool.query(
      `INSERT INTO fleet.vehicle_status VALUES
        ($1, 0, 'qbae3f', '2022-05-05T22:02:34.546Z', 'driving'), ($1, 1, 'qbae3f', '2022-05-06T22:02:34.546Z', 'accident'),
        ($1, 2, 'b', '2022-05-07T00:00:00Z', 'accident'), ($1, 3, 'b', '2022-05-01T00:00:00Z', 'parking')`,
      [file],
    );
    const find = asking(api, '/api/vehicle-status');
    const ordinals = async (query: string) => (await find(query)).map((row: { ordinal: number }) => row.ordinal);
    assert.deepEqual(await ordinals(''), [2, 1, 0, 3]);
    assert.deepEqual(await ordinals('latest=true'), [2, 1]);
    assert.deepEqual(await ordinals('latest=true&status=parking'), []);
    assert.deepEqual(await ordinals('latest=true&vehicleId=b'), [2]);
    assert.deepEqual(await ordinals('status=accident&to=2022-05-06'), [1]);
    assert.deepEqual(
      (await readAll(api, '/api/vehicle-status', 1)).map((row) => row.ordinal),
      [2, 1, 0, 3],
    );
    assert.deepEqual(
      (await readAll(api, '/api/vehicle-status?latest=true', 1)).map((row) => row.ordinal),
      [2, 1],
    );
    assert.equal((await find(''))[0].reportTime, '2022-05-07T00:00:00.000Z');
    assert.equal((await api.ask('/api/vehicle-status?latest=perhaps')).status, 422);
  }));

/** Files of one minute each, the way they lie in the table. */
async function seedSamples(api: TestApi, files: number, rowsEach: number): Promise<string[]> {
  const ids: string[] = [];
  for (const day of [1, 2, 3]) await makeDay(api.pool, `2023-01-0${day}`);
  for (let n = 0; n < files; n++) {
    const id = await seedFile(api.pool, { path: `${n}.parquet`, source: 'data-sample', rows: rowsEach });
    ids.push(id);
    await api.pool.query(
      `INSERT INTO dwh.data_sample
       SELECT 'dep' || m % 3, 'sensor' || m, timestamp '2023-01-01' + $2::int * interval '8 hours', 'p', '2023-04-01', $1, m
       FROM generate_series(0, $3::int - 1) m`,
      [id, n, rowsEach],
    );
  }
  return ids;
}

test('data-sample rows are paged through files and days without a gap or a double', () =>
  withApi(async (api) => {
    const ids = await seedSamples(api, 9, 11);
    const all = await readAll(api, '/api/data-sample', 7);
    assert.deepEqual(
      all.map((row) => `${row.fileId}/${row.ordinal}`),
      ids.flatMap((id) => Array.from({ length: 11 }, (_, m) => `${id}/${m}`)),
    );
    assert.equal(all[0].createAt, '2023-01-01T00:00:00');
    assert.equal(all[0].productExpire, '2023-04-01T00:00:00');
    for (const query of [
      'from=2023-01-02&to=2023-01-02',
      'from=2023-01-02T00:00:00&to=2023-01-02T16:00:00',
      'from=2023-01-02T00:00:00Z&to=2023-01-02T23:00:00Z',
    ]) {
      assert.equal((await readAll(api, `/api/data-sample?${query}`, 10)).length, 33, query);
    }
    assert.equal((await readAll(api, '/api/data-sample?sensorSerial=sensor4', 2)).length, 9);
    assert.equal((await readAll(api, `/api/data-sample?departmentName=dep1&fileId=${ids[4]}`, 2)).length, 4);
    assert.equal((await readAll(api, '/api/data-sample?productName=none', 2)).length, 0);
    assert.equal((await readAll(api, '/api/data-sample?fileId=424242', 2)).length, 0);
  }));

test('rows with microseconds and without values are shown as they are', () =>
  withApi(async (api) => {
    const [id] = await seedSamples(api, 1, 0);
    await api.pool.query(
      `INSERT INTO dwh.data_sample VALUES (NULL, NULL, '2023-01-01 00:00:00.123456', NULL, NULL, $1, 0)`,
      [id],
    );
    const { body } = await api.ask('/api/data-sample');
    assert.deepEqual(body.items, [
      {
        fileId: id,
        ordinal: 0,
        runId: null,
        departmentName: null,
        sensorSerial: null,
        createAt: '2023-01-01T00:00:00.123456',
        productName: null,
        productExpire: null,
      },
    ]);
  }));
