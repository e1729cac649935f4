import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { fillSummary } from '../helpers/summary.js';
import { assertProblem, withApi } from './api-fixture.js';

test('the figures of the data sample: in all, by day, of some days, under both of its addresses', () =>
  withApi(async ({ ask, pool }) => {
    await fillSummary(pool, 3000);
    await pool.query(
      "DELETE FROM dwh.data_sample_summary WHERE day = '2023-01-02' AND minutes::bit(1440) >= set_bit(repeat('0', 1440)::bit(1440), 9, 1)",
    );
    const { status, body } = await ask('/api/data-sample/stats');
    assert.equal(status, 200);
    assert.deepEqual(await ask('/api/datasets/data-sample/stats').then((other) => other.body), body);
    const { days, differences, missing, ...counts } = body;
    assert.deepEqual(counts, {
      dataset: 'data-sample',
      complete: false,
      files: 3000,
      missingFiles: 10,
      rows: 2990 * 1914,
      minutes: 2990,
      distinct: { departmentName: 100, sensorSerial: 1876, productName: 1000 },
      omittedDays: 0,
    });
    assert.deepEqual(
      days.map(({ distinct: _distinct, ...day }: { distinct: unknown }) => day),
      [
        { day: '2023-01-01', files: 1440, rows: 1440 * 1914, minutes: 1440 },
        { day: '2023-01-02', files: 1430, rows: 1430 * 1914, minutes: 1430 },
        { day: '2023-01-03', files: 120, rows: 120 * 1914, minutes: 120 },
      ],
    );
    assert.deepEqual(missing, {
      from: '2023-01-01T00:00:00',
      to: '2023-01-03T01:59:00',
      minutes: 10,
      ranges: [{ from: '2023-01-02T00:00:00', to: '2023-01-02T00:09:00', minutes: 10 }],
      omitted: 0,
    });
    const [difference] = differences;
    assert.deepEqual(
      { ...difference, byDays: difference.byDays.map(({ days: number }: { days: number }) => number) },
      {
        from: 'createAt',
        to: 'productExpire',
        unit: 'day',
        byDays: [87, 88, 89],
        omitted: 0,
        earliest: '2023-03-29T00:00:00',
        latest: '2023-04-02T01:59:00',
      },
    );
    const some = await ask('/api/data-sample/stats?from=2023-01-03&to=2023-01-04');
    assert.deepEqual(
      [some.body.rows, some.body.days.length, some.body.missing.minutes],
      [120 * 1914, 1, 2 * 1440 - 120],
    );
    const none = await ask('/api/data-sample/stats?from=2024-01-01');
    assert.deepEqual([none.body.rows, none.body.missing.from, none.body.differences[0].earliest], [0, null, null]);
  }));

test('a reversed range, what is no day, and a dataset without figures are refused in words', () =>
  withApi(async ({ ask }) => {
    for (const [query, words] of [
      ['from=2023-01-02&to=2023-01-01', /to must be 2023-01-02 \(from\) or later; got "2023-01-01"/],
      ['from=2023-02-31', /from must be a day like 2023-01-01, .*; got "2023-02-31"/],
      ['to=2023-01-01T10:00:00', /to must be a day like 2023-01-01, as figures are kept by day/],
      ['from=', /from must be a day/],
      ['since=2023-01-01', /since/],
    ] as const) {
      const { status, body } = await ask(`/api/data-sample/stats?${query}`);
      assertProblem(body, 422);
      assert.equal(status, 422, query);
      assert.match(
        JSON.stringify(
          body.errors.map(({ path, message }: { path: string; message: string }) => `${path} ${message}`),
        ).replaceAll('\\"', '"'),
        words,
      );
    }
    const { status, body } = await ask('/api/datasets/images/stats');
    assert.equal(status, 404);
    assert.match(body.detail, /the dataset images keeps no figures/);
    assert.equal((await ask('/api/datasets/nothing/stats')).status, 404);
  }));

test('the examples of docs/data-sample.md are answered', () =>
  withApi(async ({ ask }) => {
    for (const { path, command } of readCurlExamples('docs/data-sample.md')) {
      const { status, body } = await ask(`/api${path}`);
      assert.equal(status, 200, `${command}: ${JSON.stringify(body)}`);
      if (path.includes('/stats')) assert.equal(body.complete, true, command);
    }
  }));
