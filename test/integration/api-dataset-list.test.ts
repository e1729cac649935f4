import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalogue, readableDatasets } from '#catalogue/catalogue.js';
import { type Answer, withApi } from './api-fixture.js';
import { loadProbes, withDatasets } from './dataset-fixture.js';
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
    const home = (await api.app.inject('/')).body;
    for (const words of ['href="/api/datasets/weather/rows"', 'href="/api/data-sample"', '12 rows']) {
      assert.ok(home.includes(words), words);
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
