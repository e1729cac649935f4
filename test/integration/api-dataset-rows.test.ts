import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalogue, readableTasks } from '#runtime/catalogue.js';
import { type Answer, readAll, type TestApi, withApi } from './api-fixture.js';
import { loadFiles, type Probe, probes, probesFile, weatherFile, withDatasets } from './dataset-fixture.js';

const rowsOf = '/api/datasets/lab-probes/rows';

/** The first probe: every type with a value that is easily damaged on its way. */
const exact: Probe = {
  label: 'exact',
  takenAt: '2026-05-01T06:00:00.000001Z',
  celsius: 0.1,
  amount: '1234567890123456789012345678.0123456789',
  bigCount: '9223372036854775807',
  count: 2_147_483_647,
  serialNo: '0f8fad5b-d9cb-469f-a165-70867728950e',
  day: '2024-02-29',
  atTime: '23:59:59.999999',
  isOk: true,
  localTime: '2026-05-01T06:00:00.123456',
};

/** Nothing but what every row has. */
const empty: Probe = {
  label: null,
  takenAt: '2026-05-02T00:00:00.000Z',
  celsius: null,
  amount: null,
  bigCount: null,
  count: null,
  serialNo: null,
  day: null,
  atTime: null,
  isOk: null,
  localTime: null,
};

const pick = <T>(values: readonly T[], n: number): T => values[n % values.length] as T;

/** Few values for each column, so that there are ties; some of them missing. */
const manyProbes = (count: number, seed: number): Probe[] =>
  Array.from({ length: count }, (_, row) => {
    const n = row * 11 + seed;
    return {
      label: pick(['a', 'b', null, 'c', ''], n),
      takenAt: pick(['2026-05-01T06:00:00.000Z', '2026-05-01T06:00:00.000001Z', '2026-04-30T00:00:00.000Z'], n >> 1),
      celsius: pick([1.5, null, -0.1, 1e300, Number.NaN, Number.POSITIVE_INFINITY, -5e-324], n >> 1),
      amount: pick(['0.0000000001', '-12345678901234567.0000000001', null, '10.0000000000', '9.0000000000'], n),
      bigCount: pick(['-9223372036854775808', '9007199254740993', '9007199254740992', null], n >> 2),
      count: pick([-1, null, 0, 10, 9], n >> 1),
      serialNo: pick(['00000000-0000-0000-0000-000000000000', null, exact.serialNo], n),
      day: pick(['1999-12-31', '2024-02-29', null, '0001-01-01'], n >> 1),
      atTime: pick(['00:00:00', '06:30:00.5', null, '23:59:59.999999'], n >> 1),
      isOk: pick([true, false, null], n >> 3),
      localTime: pick(['2026-05-01T06:00:00', null, '2026-05-01T06:00:00.123456'], n),
    };
  });

/** What JSON has of a probe; doubles that are no numbers are texts there. */
const shown = (probe: Probe) => ({
  ...probe,
  celsius: probe.celsius === null || Number.isFinite(probe.celsius) ? probe.celsius : String(probe.celsius),
});

const loadProbes = async (api: TestApi, ...files: (readonly Probe[])[]): Promise<Answer['body'][]> => {
  const ids = await loadFiles(
    api,
    probes,
    Object.fromEntries(files.map((rows, at) => [`probes-${at}.parquet`, probesFile(rows)])),
  );
  return files.flatMap((rows, at) => rows.map((row, ordinal) => ({ fileId: ids[at], ordinal, ...shown(row) })));
};

const withoutRun = ({ runId: _runId, ...row }: Answer['body']) => row;

test('rows of a declared source are read as they stand in its files, of every type, with file, place and run', () =>
  withDatasets(async (api) => {
    const expected = await loadProbes(api, [exact, empty]);
    const { status, body } = await api.ask(rowsOf);
    assert.equal(status, 200);
    assert.deepEqual(body.items.map(withoutRun), expected);
    assert.equal(body.nextCursor, null);
    const file = (await api.ask(`/api/files/${expected[0].fileId}`)).body;
    assert.equal(body.items[0].runId, file.runId);
    assert.equal(file.links.rows, `${rowsOf}?fileId=${file.id}`);
    assert.deepEqual((await api.ask(file.links.rows)).body, body);
  }));

test('each filter leaves the rows that fit it, and several those that fit all of them', () =>
  withDatasets(async (api) => {
    const all = await loadProbes(api, [exact, empty, ...manyProbes(60, 3)], manyProbes(60, 5));
    const isTime = (from: string, to: string) => (row: Answer['body']) => row.takenAt >= from && row.takenAt <= to;
    const number = (text: unknown) => (text === null ? Number.NaN : Number(text));
    const cases: [query: string, fits: (row: Answer['body']) => boolean][] = [
      ['label=a', ({ label }) => label === 'a'],
      ['label=', ({ label }) => label === ''],
      ['labelContains=XAC', ({ label }) => label === 'exact'],
      ['takenAt=2026-05-01T06:00:00.000001Z', ({ takenAt }) => takenAt === exact.takenAt],
      ['takenAt=2026-05-01T08:00:00.000001%2B02:00', ({ takenAt }) => takenAt === exact.takenAt],
      ['takenAtFrom=2026-05-01', isTime('2026-05-01', '2027')],
      ['takenAtTo=2026-05-01', isTime('2026', '2026-05-02')],
      ['takenAtFrom=2026-05-01T06:00:00.000001Z&takenAtTo=2026-05-01', ({ takenAt }) => takenAt === exact.takenAt],
      ['celsius=0.1', ({ celsius }) => celsius === 0.1],
      ['celsius=1e300', ({ celsius }) => celsius === 1e300],
      ['celsiusMin=-0.1&celsiusMax=1.5', ({ celsius }) => [-0.1, 0.1, 1.5, -5e-324].includes(celsius)],
      [`amount=${exact.amount}`, ({ amount }) => amount === exact.amount],
      ['amount=10', ({ amount }) => amount === '10.0000000000'],
      ['amountMin=9&amountMax=10', ({ amount }) => number(amount) >= 9 && number(amount) <= 10],
      ['amountMax=-12345678901234567.0000000001', ({ amount }) => number(amount) < 0],
      ['amountMax=-12345678901234567.0000000002', () => false],
      ['bigCount=9007199254740993', ({ bigCount }) => bigCount === '9007199254740993'],
      ['bigCountMin=9007199254740993', ({ bigCount }) => bigCount !== null && BigInt(bigCount) > 9007199254740992n],
      ['bigCountMax=-9223372036854775808', ({ bigCount }) => bigCount === '-9223372036854775808'],
      ['count=0', ({ count }) => count === 0],
      ['countMin=9&countMax=10', ({ count }) => count === 9 || count === 10],
      [`serialNo=${exact.serialNo?.toUpperCase()}`, ({ serialNo }) => serialNo === exact.serialNo],
      ['day=0001-01-01', ({ day }) => day === '0001-01-01'],
      ['dayFrom=2000-01-01&dayTo=2024-02-29', ({ day }) => day === '2024-02-29'],
      ['atTime=06:30:00.5', ({ atTime }) => atTime === '06:30:00.5'],
      ['atTimeFrom=06:30&atTimeTo=12:00', ({ atTime }) => atTime === '06:30:00.5'],
      ['isOk=false', ({ isOk }) => isOk === false],
      ['localTime=2026-05-01T06:00:00.123456', ({ localTime }) => localTime === exact.localTime],
      ['localTimeFrom=2026-05-01T06:00:00.000001', ({ localTime }) => localTime === exact.localTime],
      [`fileId=${all[0].fileId}`, ({ fileId }) => fileId === all[0].fileId],
      ['fileId=424242', () => false],
      [
        'isOk=true&label=b&countMin=0',
        ({ isOk, label, count }) => isOk && label === 'b' && count !== null && count >= 0,
      ],
    ];
    for (const [query, fits] of cases) {
      const found = (await readAll(api, `${rowsOf}?${query}`, 50)).map(withoutRun);
      assert.deepEqual(found, all.filter(fits), query);
      if (fits.length > 0) assert.ok(found.length > 0, `${query} is to leave some rows`);
    }
  }));

/** Compares values as PostgreSQL does; what is missing is larger than all else. */
function compare(a: unknown, b: unknown): number {
  const rank = (value: unknown) => (value === null ? 3 : value === 'NaN' ? 2 : value === 'Infinity' ? 1 : 0);
  if (rank(a) !== rank(b) || rank(a) > 0) return rank(a) - rank(b);
  if (typeof a === 'string' && typeof b === 'string' && /^-?\d+(\.\d{10})?$/.test(a) && /^-?\d+(\.\d{10})?$/.test(b)) {
    const [left, right] = [BigInt(a.replace('.', '')), BigInt(b.replace('.', ''))];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  // Times with microseconds are longer than those without.
  const plain = (value: unknown) => (typeof value === 'string' ? value.replace(/(\.000)?Z$/, '') : value);
  const [left, right] = [plain(a) as string, plain(b) as string];
  return left < right ? -1 : left > right ? 1 : 0;
}

test('every order pages up and down through ties and missing values, each row once', () =>
  withDatasets(async (api) => {
    const all = await loadProbes(api, [exact, empty, ...manyProbes(40, 1)], manyProbes(40, 2), [empty, exact]);
    const { sorts } = (await api.ask('/api/datasets/lab-probes')).body;
    assert.equal(sorts.length, 2 * (1 + probes.dataset.columns.length));
    const orders = new Map<string, string[]>([
      ['fileId', []],
      ['label', ['label', 'day']],
      ['count', ['count', 'ordinal']],
      ['day', ['day', 'label', 'count']],
    ]);
    for (const sort of sorts) {
      const descending = sort.startsWith('-');
      const name = sort.replace('-', '');
      const keys = [...(orders.get(name) ?? [name]), 'fileId', 'ordinal'];
      const expected = all.toSorted((a, b) => {
        for (const key of keys) {
          const order = key === 'fileId' ? Number(a.fileId) - Number(b.fileId) : compare(a[key], b[key]);
          if (order !== 0) return descending ? -order : order;
        }
        return 0;
      });
      for (const limit of [1, 7, 500]) {
        const found = (await readAll(api, `${rowsOf}?sort=${sort}`, limit)).map(withoutRun);
        assert.deepEqual(found, expected, `${sort}, ${limit} a page`);
      }
    }
    const some = await readAll(api, `${rowsOf}?sort=-label&isOk=true`, 3);
    assert.equal(some.length, all.filter((row) => row.isOk).length);
  }));

test('a table partitioned by time is read in the order of time without an index by it, from either end', () =>
  withDatasets(async (api, { weather }) => {
    const times = [
      '2026-01-31T23:59:59.999999Z',
      '2026-02-01T00:00:00Z',
      '2026-02-01T00:00:00Z',
      '2026-06-01T12:00:00Z',
    ];
    const [a, b] = await loadFiles(api, weather, {
      'weather_a.parquet': weatherFile('north', ...times.map((time, n) => [time, n] as const)),
      'weather_b.parquet': weatherFile('south', ...times.map((time) => [time, null] as const)),
    });
    const route = '/api/datasets/weather/rows';
    const read = async (query: string, limit: number) =>
      (await readAll(api, `${route}?${query}`, limit)).map(({ fileId, ordinal }) => `${fileId}/${ordinal}`);
    const byTime = [0, 1, 2, 3].flatMap((n) =>
      n === 1 ? [`${a}/1`, `${a}/2`, `${b}/1`, `${b}/2`] : [`${a}/${n}`, `${b}/${n}`],
    );
    const ascending = byTime.filter((place, n) => byTime.indexOf(place) === n);
    for (const limit of [1, 3, 50]) {
      assert.deepEqual(await read('sort=measuredAt', limit), ascending);
      assert.deepEqual(await read('sort=-measuredAt', limit), ascending.toReversed());
      assert.deepEqual(
        await read('sort=station', limit),
        [0, 1, 2, 3].map((n) => `${a}/${n}`).concat([0, 1, 2, 3].map((n) => `${b}/${n}`)),
      );
      assert.deepEqual(
        await read('sort=-measuredAt&measuredAtFrom=2026-02-01&measuredAtTo=2026-02-28&station=south', limit),
        [`${b}/2`, `${b}/1`],
      );
      assert.deepEqual(await read('sort=measuredAt&measuredAt=2026-06-01T12:00:00Z&celsiusMin=3', limit), [`${a}/3`]);
      assert.deepEqual(
        await read('sort=-fileId', limit),
        [b, a].flatMap((id) => [3, 2, 1, 0].map((n) => `${id}/${n}`)),
      );
    }
    assert.equal((await api.ask(`/api/files/${a}`)).body.links.rows, `${route}?fileId=${a}`);
    assert.deepEqual((await api.ask(`${route}?fileId=${a}&limit=1`)).body.items, [
      {
        fileId: a,
        ordinal: 0,
        runId: (await api.ask(`/api/files/${a}`)).body.runId,
        station: 'north',
        measuredAt: '2026-01-31T23:59:59.999999Z',
        celsius: 0,
      },
    ]);
  }));

test('rows that come and go between two pages cost no other row its place', () =>
  withDatasets(async (api) => {
    await loadProbes(api, manyProbes(20, 1), manyProbes(20, 2));
    for (const sort of ['fileId', '-label', 'takenAt']) {
      const before = await readAll(api, `${rowsOf}?sort=${sort}`, 500);
      const { body } = await api.ask(`${rowsOf}?sort=${sort}&limit=10`);
      const { fileId, ordinal } = body.items.at(-1);
      await api.pool.query('DELETE FROM lab.probe WHERE file_id = $1 AND ordinal = $2', [fileId, ordinal]);
      const rest = await readAll(api, `${rowsOf}?sort=${sort}&cursor=${body.nextCursor}`, 500);
      assert.deepEqual(rest, before.slice(10), sort);
    }
  }));

test('hostile texts are values, whichever parameter they stand in', () =>
  withDatasets(async (api) => {
    const labels = [
      `x' OR '1'='1`,
      '100%',
      '100 per cent',
      'a_b',
      'aXb',
      '\\',
      `"; DROP TABLE lab.probe; --`,
      '$1',
      'ä💡',
    ];
    await loadProbes(
      api,
      labels.map((label) => ({ ...empty, label })),
    );
    const find = async (parameter: string, text: string) =>
      (await readAll(api, `${rowsOf}?${parameter}=${encodeURIComponent(text)}`, 2)).map(({ label }) => label);
    for (const label of labels) {
      assert.deepEqual(await find('label', label), [label]);
      assert.deepEqual(await find('labelContains', label), [label]);
    }
    assert.deepEqual(await find('labelContains', '%'), ['100%']);
    assert.deepEqual(await find('labelContains', '_'), ['a_b']);
    assert.deepEqual(await find('labelContains', 'Ä'), ['ä💡']);
    assert.deepEqual(await find('label', `' OR true --`), []);
    const paged = await readAll(api, `${rowsOf}?sort=-label`, 1);
    assert.equal(new Set(paged.map(({ label }) => label)).size, labels.length);
    for (const query of ['label=%00', 'labelContains=a%00', 'sort=label%00', 'cursor=%00', 'serialNo=%00']) {
      assert.equal((await api.ask(`${rowsOf}?${query}`)).status, 422, query);
    }
  }));

test('what is no filter, order, value or cursor is 422 and named, with what there is', () =>
  withDatasets(async (api) => {
    await loadProbes(api, manyProbes(10, 1));
    const cases: [query: string, path: string, words: RegExp][] = [
      ['altitude=3', '', /must not have "altitude"/],
      ['taken_at=2026-05-01', '', /must not have "taken_at"/],
      ['labelMin=a', '', /must not have "labelMin"/],
      ['sort=altitude', 'sort', /allowed values: fileId, -fileId, label, -label, takenAt, -takenAt, celsius/],
      ['sort=taken_at', 'sort', /allowed values/],
      ['label=a&label=b', 'label', /must be string/],
      ['takenAtFrom=yesterday', 'takenAtFrom', /must be a date or an ISO-8601 time.*got "yesterday"/],
      ['takenAt=2026-02-30', 'takenAt', /must be a date/],
      ['celsiusMin=warm', 'celsiusMin', /must be a number like -12\.5 or 1e9; got "warm"/],
      ['celsius=1e999', 'celsius', /must be a number/],
      ['amount=1e3', 'amount', /must be a decimal number.*without exponent/],
      ['bigCount=9223372036854775808', 'bigCount', /must be an integer from -9223372036854775808 to/],
      ['count=2147483648', 'count', /must be <= 2147483647/],
      ['count=1.5', 'count', /must be integer/],
      ['serialNo=7', 'serialNo', /must be a UUID/],
      ['day=2023-02-29', 'day', /must be a date like/],
      ['atTimeTo=24:00', 'atTimeTo', /must be a time of day/],
      ['isOk=yes', 'isOk', /must be boolean/],
      ['fileId=first', 'fileId', /./],
      ['limit=501', 'limit', /500/],
      ['cursor=bm8', 'cursor', /nextCursor/],
    ];
    for (const [query, path, words] of cases) {
      const { status, body } = await api.ask(`${rowsOf}?${query}`);
      assert.equal(status, 422, query);
      assert.equal(body.errors[0].path, path, query);
      assert.match(body.errors[0].message, words, query);
    }
    const both = await api.ask(`${rowsOf}?day=never&amount=much`);
    assert.deepEqual(
      both.body.errors.map(({ path }: { path: string }) => path),
      ['amount', 'day'],
    );
    const { nextCursor } = (await api.ask(`${rowsOf}?sort=label&limit=1`)).body;
    assert.equal((await api.ask(`${rowsOf}?sort=-label&cursor=${nextCursor}`)).status, 422);
    const forge = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url');
    for (const place of [
      ['takenAt', ['never', '1', '1']],
      ['takenAt', ['2026-05-01T06:00:00Z', '1']],
      ['takenAt', ['2026-05-01T06:00:00Z', '99999999999999999999', '1']],
      ['takenAt', [{}, '1', '1']],
      ['takenAt', ['2026-05-01T06:00:00Z\0', '1', '1']],
    ]) {
      assert.equal((await api.ask(`${rowsOf}?sort=takenAt&cursor=${forge(place)}`)).status, 422, JSON.stringify(place));
    }
    assert.equal((await api.ask(`${rowsOf}?cursor=${forge(['fileId', ["1'; --"]])}`)).status, 422);
  }));

test('a dataset that there is not is 404 with the names of those that there are', () =>
  withDatasets(async (api) => {
    for (const path of ['nothing', 'nothing/rows', 'nothing/rows.csv', 'nothing/rows.xlsx', 'nothing/rows?sort=x']) {
      const { status, body } = await api.ask(`/api/datasets/${path}`);
      assert.equal(status, 404, path);
      assert.equal(
        body.detail,
        'no dataset is named "nothing"; there are images, data-sample, objects-detection, vehicle-status, weather, lab-probes',
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
      ['images', 'data-sample', 'objects-detection', 'vehicle-status', 'weather', 'lab-probes'],
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
    const { paths } = (await api.ask('/api/openapi.json')).body;
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
    const row = get.responses[200].content['application/json'].schema.properties.items.items;
    assert.deepEqual(Object.keys(row.properties), ['fileId', 'ordinal', 'runId', 'station', 'measuredAt', 'celsius']);
    const ids = Object.entries<Answer['body']>(paths)
      .filter(([path]) => path.startsWith('/api/datasets'))
      .map(([, path]) => path.get.operationId);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ['listDatasets', 'getDataset', 'listLabProbesRows', 'exportWeatherRowsAsCsv'])
      assert.ok(ids.includes(id), id);
  }));

test('every dataset of the product is as its task declares it: each filter and order answers', () =>
  withApi(async (api) => {
    for (const name of readableTasks(await loadCatalogue()).keys()) {
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
