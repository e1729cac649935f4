import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillSummary } from '../helpers/summary.js';
import { assertProblem, readAll, seedFile, type TestApi, withApi } from './api-fixture.js';
import { seedImage } from './api-images-fixture.js';
import { loadFiles, weatherFile, withDatasets } from './dataset-fixture.js';

const valuesOf = (items: readonly { readonly value: unknown }[]): unknown[] => items.map(({ value }) => value);
const all = async (api: TestApi, path: string, limit: number) => valuesOf(await readAll(api, path, limit));

test('values are listed once each along an index, however many rows have them, and paged', () =>
  withApi(async (api) => {
    const file = await seedFile(api.pool, { path: 'o.json' });
    await api.pool.query(
      `INSERT INTO fleet.objects_detection
       SELECT $1, n, n, 0, 'v' || n % 7, now(), CASE WHEN n % 2 = 0 THEN 'cars' ELSE 'signs 100%' END, 1
       FROM generate_series(0, 99) n`,
      [file],
    );
    const path = '/api/datasets/objects-detection/values';
    assert.deepEqual((await api.ask(`${path}/objectType`)).body, {
      items: [{ value: 'cars' }, { value: 'signs 100%' }],
      nextCursor: null,
    });
    assert.deepEqual(
      await all(api, `${path}/vehicleId`, 2),
      Array.from({ length: 7 }, (_, n) => `v${n}`),
    );
    assert.deepEqual(await all(api, `${path}/objectType?contains=SIGN`, 1), ['signs 100%']);
    assert.deepEqual(await all(api, `${path}/objectType?contains=0%25`, 1), ['signs 100%']);
    assert.deepEqual(await all(api, `${path}/objectType?contains=_`, 1), []);
    for (const faces of [2, 0, 10, 2]) await seedImage(api.pool, { name: `${faces}`, faces });
    assert.deepEqual(await all(api, '/api/datasets/images/values/faceNo', 2), [0, 2, 10]);
  }));

test('what a page finds among a thousand values is all that it looks for, and it goes on from there', () =>
  withApi(async (api) => {
    const file = await seedFile(api.pool, { path: 'o.json' });
    await api.pool.query(
      `INSERT INTO fleet.objects_detection
       SELECT $1, n, n, 0, 'v' || lpad(n::text, 4, '0'), now(), 'cars', 1 FROM generate_series(0, 2499) n`,
      [file],
    );
    const path = '/api/datasets/objects-detection/values/vehicleId?contains=v2400';
    const { body } = await api.ask(path);
    assert.deepEqual(body.items, []);
    assert.ok(body.nextCursor !== null);
    assert.deepEqual(await all(api, path, 50), ['v2400']);
    const countedWith77 = Array.from({ length: 2500 }, (_, n) => `v${String(n).padStart(4, '0')}`).filter((id) =>
      id.includes('77'),
    ).length;
    assert.equal(
      (await all(api, '/api/datasets/objects-detection/values/vehicleId?contains=77', 9)).length,
      countedWith77,
    );
  }));

test('values of a summary are those that loaded files have', () =>
  withApi(async (api) => {
    const path = '/api/datasets/data-sample/values';
    assert.deepEqual(await all(api, `${path}/departmentName`, 50), []);
    await fillSummary(api.pool, 3);
    const { rows } = await api.pool.query<{ value: string }>(
      `SELECT value FROM dwh.data_sample_value WHERE column_name = 'department_name' ORDER BY value`,
    );
    const departments = valuesOf(rows);
    assert.equal(departments.length, 100);
    assert.deepEqual(await all(api, `${path}/departmentName`, 7), departments);
    assert.deepEqual(
      await all(api, `${path}/departmentName?contains=AB`, 1),
      departments.filter((value) => String(value).includes('ab')),
    );
    await api.pool.query(
      `INSERT INTO dwh.data_sample_value VALUES ('department_name', 100, 'gone'), ('department_name', 9000, 'far')`,
    );
    assert.deepEqual(await all(api, `${path}/departmentName?contains=o`, 7), [], 'no file has it');
    assert.equal((await all(api, `${path}/sensorSerial`, 500)).length, 1876);
  }));

test('a dataset says which filters have values to choose from, and the links lead there', () =>
  withDatasets(async (api, { weather }) => {
    await loadFiles(api, weather, { 'weather-1.parquet': weatherFile('Kiel', ['2026-01-31T00:00:00Z', 1]) });
    const linksOf = async (name: string): Promise<string[]> => {
      const { filters } = (await api.ask(`/api/datasets/${name}`)).body;
      return filters.flatMap(({ values }: { values: string | null }) => values ?? []);
    };
    assert.deepEqual(await linksOf('weather'), ['/api/datasets/weather/values/station']);
    assert.deepEqual((await api.ask('/api/datasets/weather/values/station')).body.items, [{ value: 'Kiel' }]);
    assert.deepEqual(
      (await linksOf('data-sample')).map((link) => link.split('/').at(-1)),
      ['departmentName', 'sensorSerial', 'productName'],
    );
    for (const { name } of (await api.ask('/api/datasets')).body.items) {
      for (const link of await linksOf(name)) assert.equal((await api.ask(link)).status, 200, link);
    }
    const { stats, completeness } = (await api.ask('/api/datasets/data-sample')).body.links;
    for (const link of [stats, completeness]) assert.equal((await api.ask(link)).status, 200, link);
    assert.equal((await api.ask('/api/datasets/weather')).body.links.stats, undefined);
  }));

test('values that would need the whole table, and cursors of other lists, are refused in words', () =>
  withApi(async ({ ask }) => {
    const { status, body } = await ask('/api/datasets/images/values/width');
    assert.equal(status, 404);
    assert.match(body.detail, /the values of "width" cannot be listed; .* those of these fields can: filename, faceNo/);
    assert.equal((await ask('/api/datasets/nothing/values/width')).status, 404);
    const forged = Buffer.from('"many"').toString('base64url');
    for (const query of ['limit=501', 'contains=', 'cursor=x', `cursor=${forged}`, 'sort=x']) {
      const answer = await ask(`/api/datasets/images/values/faceNo?${query}`);
      assert.equal(answer.status, 422, query);
      assertProblem(answer.body, 422);
    }
  }));
