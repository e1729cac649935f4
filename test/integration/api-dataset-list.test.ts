import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalogue, readableDatasets } from '#catalogue/catalogue.js';
import { readDatasetStorage } from '#database/queries/dataset-storage.js';
import { starTablesOf } from '../../apps/api/datasets/storage.js';
import { type Answer, withApi } from './api-fixture.js';
import { loadFiles, loadProbes, weatherFile, withDatasets } from './dataset-fixture.js';
import { manyProbes } from './probes-fixture.js';

test('a dataset that there is not is 404 with the names of those that there are', () =>
  withDatasets(async (api) => {
    for (const path of ['nothing', 'nothing/rows', 'nothing/rows.csv', 'nothing/rows.xlsx', 'nothing/rows?sort=x']) {
      const { status, body } = await api.ask(`/api/datasets/${path}`);
      assert.equal(status, 404, path);
      assert.equal(
        body.detail,
        'no dataset is named "nothing"; there are images, data-sample, objects-detection, recording, footage, label, sensor, vehicle-status, weather, lab-probes',
      );
    }
    assert.equal((await api.ask('/api/datasets/weather/columns')).status, 404);
  }));

test('the list of datasets has every table with its columns, its rows by the ledger and its last load', () =>
  withDatasets(async (api) => {
    await loadProbes(api, manyProbes(5, 1), manyProbes(7, 1));
    const { status, body } = await api.ask('/api/datasets');
    assert.equal(status, 200);
    const listed = new Map<string, Answer['body']>(body.items.map((item: Answer['body']) => [item.name, item]));
    assert.deepEqual(
      [...listed.keys()],
      [
        ...['images', 'data-sample', 'objects-detection', 'recording', 'footage', 'label', 'sensor'],
        ...['vehicle-status', 'weather', 'lab-probes'],
      ],
    );
    const { columns, rows, files, lastLoad, table, source, links } = listed.get('lab-probes');
    assert.deepEqual({ rows, files, table }, { rows: 12, files: 2, table: 'lab.probe' });
    assert.deepEqual(source, {
      name: 'lab-probes',
      description: 'probes*.parquet',
      task: 'load-probes',
      format: 'parquet',
    });
    assert.deepEqual(columns[0], {
      name: 'label',
      field: 'label',
      type: 'text',
      maxLength: 200,
      precision: null,
      scale: null,
      required: false,
      description: 'What stands on it',
      unit: null,
      from: 'label',
      example: null,
    });
    const file = (await api.ask(`/api/files/${lastLoad.fileId}`)).body;
    assert.deepEqual(lastLoad, { fileId: file.id, path: file.path, runId: file.runId, at: file.endedAt });
    assert.equal((await api.ask(links.rows)).body.items.length, 12);
    assert.deepEqual(listed.get('weather').lastLoad, null);
    assert.equal(listed.get('weather').rows, 0);
    assert.ok(listed.get('data-sample').columns.every((column: Answer['body']) => column.description.length > 5));

    const weather = (await api.ask('/api/datasets/weather')).body;
    assert.deepEqual(weather.indexes, [['station', 'measured_at']]);
    assert.deepEqual(weather.partition, { column: 'measured_at', every: 'month' });
    assert.equal(weather.replace, 'file');
    assert.deepEqual(weather.sorts, ['fileId', '-fileId', 'station', '-station', 'measuredAt', '-measuredAt']);
    assert.deepEqual(
      weather.filters.map(({ parameter }: { parameter: string }) => parameter),
      [
        'station',
        'stationContains',
        'measuredAt',
        'measuredAtFrom',
        'measuredAtTo',
        'celsius',
        'celsiusMin',
        'celsiusMax',
        'fileId',
      ],
    );
    assert.equal((await api.ask('/api/datasets/data-sample')).body.star.view, 'dwh.data_sample_star');
  }));

test('a dataset says how fresh and how large it is, what was loaded last, and what it is made of and read by', () =>
  withDatasets(async (api, { weather }) => {
    const empty = (await api.ask('/api/datasets/lab-probes')).body;
    assert.deepEqual(empty.freshness, { lastLoadAt: null, ageSeconds: null, newestRow: null });
    assert.deepEqual(empty.lastLoads, []);
    await loadProbes(api, manyProbes(5, 1), manyProbes(7, 1));
    await loadFiles(api, weather, {
      'weather-1.parquet': weatherFile('a', ['2026-01-31T00:00:00Z', 1], ['2026-02-02T03:00:00Z', null]),
    });
    await api.pool.query('CREATE VIEW public.probes AS SELECT label FROM lab.probe');
    await api.pool.query('CREATE VIEW public.probe_labels AS SELECT DISTINCT label FROM public.probes');

    // What is measured is measured once a minute: another process of the API has not looked yet.
    const { freshness, lastLoad, lastLoads } = (await api.ask('/api/datasets/lab-probes')).body;
    assert.equal(freshness.lastLoadAt, lastLoad.at);
    assert.ok(freshness.ageSeconds >= 0 && freshness.ageSeconds < 600, String(freshness.ageSeconds));
    assert.equal(freshness.newestRow, null, 'not partitioned by a time');
    assert.deepEqual(lastLoads, [{ runId: lastLoad.runId, at: lastLoads[0].at, files: 2, rows: 12 }]);

    const tables = [...readableDatasets(await loadCatalogue()).values()].map((each) => ({
      name: each.name,
      table: each.dataset.table,
      derived: starTablesOf(each),
    }));
    const storage = await readDatasetStorage(api.pool, [
      ...tables,
      { name: 'lab-probes', table: 'lab.probe', derived: [] },
      { name: 'weather', table: weather.dataset.table, derived: [] },
    ]);
    assert.deepEqual(storage.get('lab-probes')?.views, ['public.probe_labels', 'public.probes']);
    const views = (name: string): readonly string[] => storage.get(name)?.views ?? [];
    assert.ok(views('vehicle-status').includes('fleet.vehicle_status_latest'));
    assert.ok(views('data-sample').includes('dwh.data_sample_star'), 'a view that reads the star alone');
    const { rows: whole } = await api.pool.query<{ bytes: number; partitions: number }>(
      `SELECT sum(pg_total_relation_size(relid))::float8 AS bytes, count(*)::int - 1 AS partitions
       FROM pg_partition_tree($1::regclass)`,
      [weather.dataset.table],
    );
    const size = storage.get('weather')?.size;
    assert.deepEqual({ bytes: size?.bytes, partitions: size?.partitions }, whole[0]);
    assert.equal(size?.partitions, 2);
    assert.equal(size?.bytes, (size?.tableBytes ?? 0) + (size?.indexBytes ?? 0));
    assert.equal(storage.get('lab-probes')?.size.partitions, 0);
    const measured = (await api.ask('/api/datasets/weather')).body;
    assert.equal(measured.freshness.newestRow, '2026-02-02T03:00:00.000Z');

    const sample = (await api.ask('/api/datasets/data-sample')).body;
    assert.deepEqual(sample.lineage, {
      source: 'data-sample',
      task: 'load-data-sample',
      table: 'dwh.data_sample',
      followedBy: 'refresh-star',
      star: ['dwh.data_sample_fact', 'dwh.department', 'dwh.sensor', 'dwh.product'],
      views: sample.lineage.views,
    });
    assert.ok(sample.lineage.views.includes('dwh.data_sample_star'));
    assert.ok(empty.size.bytes > 0 && Date.parse(empty.size.measuredAt) > 0);
    for (const column of sample.columns) assert.ok(column.example !== null && column.from === column.name, column.name);
    const detections = (await api.ask('/api/datasets/objects-detection')).body;
    assert.equal(detections.columns.find(({ name }: { name: string }) => name === 'object_value').unit, 'objects');
  }));

test('a filter on a column that there is not is a 422 that names the parameter', () =>
  withDatasets(async (api) => {
    const csv = '/api/datasets/data-sample/rows.csv?sensor=x';
    for (const path of ['/api/datasets/data-sample/rows?sensor=x', csv, '/api/data-sample?sensor=x']) {
      const { status, body } = await api.ask(path);
      assert.equal(status, 422, path);
      const [fault] = body.errors;
      assert.match(fault.message, /^must not have "sensor"; there are .*departmentName.*sensorSerial/);
      console.log(JSON.stringify(body));
    }
  }));

test('the API’s description has the filters and fields of each dataset, each operation with a name of its own', () =>
  withDatasets(async (api) => {
    const { paths, components } = (await api.ask('/api/openapi.json')).body;
    const { get } = paths['/api/datasets/weather/rows'];
    assert.equal(get.operationId, 'listWeatherRows');
    assert.deepEqual(get.parameters.map(({ name }: { name: string }) => name).toSorted(), [
      'celsius',
      'celsiusMax',
      'celsiusMin',
      'cursor',
      'fileId',
      'limit',
      'measuredAt',
      'measuredAtFrom',
      'measuredAtTo',
      'sort',
      'station',
      'stationContains',
    ]);
    const page = get.responses[200].content['application/json'].schema;
    assert.deepEqual(page, { $ref: '#/components/schemas/WeatherRowPage' });
    assert.deepEqual(Object.keys(components.schemas.WeatherRow.properties), [
      'fileId',
      'ordinal',
      'runId',
      'station',
      'measuredAt',
      'celsius',
    ]);
    const ids = Object.entries<Answer['body']>(paths)
      .filter(([path]) => path.startsWith('/api/datasets'))
      .map(([, path]) => path.get.operationId);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ['listDatasets', 'getDataset', 'listLabProbesRows', 'exportWeatherRowsAsCsv'])
      assert.ok(ids.includes(id), id);
  }));

test('every dataset of the product is as its task declares it: each filter and order answers', () =>
  withApi(async (api) => {
    for (const name of readableDatasets(await loadCatalogue()).keys()) {
      const { body } = await api.ask(`/api/datasets/${name}`);
      const { filters, sorts, columns } = body;
      for (const sort of sorts) {
        assert.equal((await api.ask(`/api/datasets/${name}/rows?sort=${sort}`)).status, 200, `${name} ${sort}`);
      }
      const values = new Map([
        ['text', 'x'],
        ['date', '2026-01-01'],
        ['timestamp', '2026-01-01'],
        ['timestamptz', '2026-01-01'],
      ]);
      for (const { parameter, column } of filters) {
        const value = values.get(columns.find((each: Answer['body']) => each.name === column)?.type) ?? '1';
        assert.equal((await api.ask(`/api/datasets/${name}/rows?${parameter}=${value}`)).status, 200, parameter);
      }
    }
  }));
