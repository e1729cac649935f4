import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAll } from './api-fixture.js';
import { loadFiles, loadProbes, probeRows, weatherFile, withDatasets, withoutRun } from './dataset-fixture.js';
import { empty, exact, manyProbes, probes } from './probes-fixture.js';

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
        const found = (await readAll(api, `${probeRows}?sort=${sort}`, limit)).map(withoutRun);
        assert.deepEqual(found, expected, `${sort}, ${limit} a page`);
      }
    }
    const some = await readAll(api, `${probeRows}?sort=-label&isOk=true`, 3);
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
    const ascending = byTime.filter((position, n) => byTime.indexOf(position) === n);
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

test('rows that come and go between two pages cost no other row its position', () =>
  withDatasets(async (api) => {
    await loadProbes(api, manyProbes(20, 1), manyProbes(20, 2));
    for (const sort of ['fileId', '-label', 'takenAt']) {
      const before = await readAll(api, `${probeRows}?sort=${sort}`, 500);
      const { body } = await api.ask(`${probeRows}?sort=${sort}&limit=10`);
      const { fileId, ordinal } = body.items.at(-1);
      await api.pool.query('DELETE FROM lab.probe WHERE file_id = $1 AND ordinal = $2', [fileId, ordinal]);
      const rest = await readAll(api, `${probeRows}?sort=${sort}&cursor=${body.nextCursor}`, 500);
      assert.deepEqual(rest, before.slice(10), sort);
    }
  }));
