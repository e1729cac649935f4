import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillSummary } from '../helpers/summary.js';
import { assertProblem, type TestApi, withApi } from './api-fixture.js';

const path = '/api/datasets/data-sample/completeness';

interface Day {
  readonly day: string;
  readonly minutes: number;
  readonly hours: readonly number[];
  readonly marks: string | null;
}

/** Three days with a file for each minute, but for ten minutes of the second day and what is after 02:00 of the third. */
async function fillDays({ pool }: TestApi): Promise<void> {
  await fillSummary(pool, 3000);
  await pool.query(
    `DELETE FROM dwh.data_sample_summary s USING ops.file f
     WHERE f.id = s.file_id AND f.mtime_ns BETWEEN 1440 + 55 AND 1440 + 64`,
  );
}

test('each day says how many minutes of each hour have rows, the days without any as well', () =>
  withApi(async (api) => {
    await fillDays(api);
    const { status, body } = await api.ask(path);
    assert.equal(status, 200);
    const { days, ...span } = body;
    const both = { first: '2023-01-01', last: '2023-01-03' };
    assert.deepEqual(span, { dataset: 'data-sample', grain: 'hour', ...both, from: both.first, to: both.last });
    const full = (hours: number): number[] => Array.from({ length: hours }, () => 60);
    assert.deepEqual(days, [
      { day: '2023-01-01', minutes: 1440, hours: full(24), marks: null },
      { day: '2023-01-02', minutes: 1430, hours: [55, 55, ...full(22)], marks: null },
      { day: '2023-01-03', minutes: 120, hours: [...full(2), ...Array.from({ length: 22 }, () => 0)], marks: null },
    ]);
    const around: Day[] = (await api.ask(`${path}?from=2022-12-30&to=2023-01-05`)).body.days;
    assert.deepEqual(
      around.map(({ day, minutes }) => [day.slice(5), minutes]),
      [
        ...[['12-30', 0] as const, ['12-31', 0] as const, ['01-01', 1440] as const, ['01-02', 1430] as const],
        ...[['01-03', 120] as const, ['01-04', 0] as const, ['01-05', 0] as const],
      ],
    );
  }));

test('a day’s minutes are marked one by one when that is asked for', () =>
  withApi(async (api) => {
    await fillDays(api);
    const { body } = await api.ask(`${path}?grain=minute&from=2023-01-02&to=2023-01-02`);
    const [day]: Day[] = body.days;
    assert.equal(day?.marks, '1'.repeat(55) + '0'.repeat(10) + '1'.repeat(1440 - 65));
    assert.deepEqual([body.days.length, day?.minutes, day?.hours[1]], [1, 1430, 55]);
    const empty: Day[] = (await api.ask(`${path}?grain=minute&from=2024-02-28&to=2024-03-01`)).body.days;
    assert.deepEqual(
      empty.map(({ day: date, marks }) => [date, marks === '0'.repeat(1440)]),
      [
        ['2024-02-28', true],
        ['2024-02-29', true],
        ['2024-03-01', true],
      ],
    );
  }));

test('an end that is not asked for is that of the days with rows, and no answer has more days than it may', () =>
  withApi(async (api) => {
    const spanOf = async (query: string) => {
      const { from, to, days } = (await api.ask(`${path}?${query}`)).body;
      return [from, to, days.length];
    };
    assert.deepEqual(await spanOf(''), [null, null, 0]);
    assert.deepEqual(await spanOf('to=2023-12-31'), ['2022-12-31', '2023-12-31', 366]);
    await fillDays(api);
    assert.deepEqual(await spanOf('from=2023-01-02'), ['2023-01-02', '2023-01-03', 2]);
    assert.deepEqual(await spanOf('from=2020-01-01'), ['2020-01-01', '2020-12-31', 366]);
    assert.deepEqual(await spanOf('from=2024-01-01'), ['2024-01-01', '2024-01-01', 1]);
    assert.deepEqual(await spanOf('to=2023-01-02'), ['2023-01-01', '2023-01-02', 2]);
    assert.deepEqual(await spanOf('to=2022-01-02'), ['2022-01-02', '2022-01-02', 1]);
    assert.deepEqual(await spanOf('grain=minute&to=2023-03-31'), ['2023-03-01', '2023-03-31', 31]);
    assert.deepEqual(await spanOf('from=2023-01-01&to=2024-01-01'), ['2023-01-01', '2024-01-01', 366]);
  }));

test('too many days, what is no day, and a dataset without figures are refused in words', () =>
  withApi(async ({ ask }) => {
    for (const [query, words] of [
      ['from=2023-01-01&to=2024-01-02', /must be at most 366 days from 2023-01-01 \(from\) on, .*; got 367 days/],
      ['grain=minute&from=2023-01-01&to=2023-02-01', /at most 31 days/],
      ['from=2023-01-02&to=2023-01-01', /must be 2023-01-02 \(from\) or later/],
      ['from=2023-02-31', /must be a day like 2023-01-01/],
      ['grain=day', /grain/],
    ] as const) {
      const { body } = await ask(`${path}?${query}`);
      assertProblem(body, 422);
      assert.match(JSON.stringify(body.errors), words);
    }
    const { status, body } = await ask('/api/datasets/images/completeness');
    assert.equal(status, 404);
    assert.match(body.detail, /the dataset images keeps no figures/);
    assert.equal((await ask('/api/datasets/nothing/completeness')).status, 404);
  }));
