import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleRecording } from '#samples/recordings/model.js';
import {
  labelRanking,
  matchingFrames,
  type SensorQuestion,
  sensorFigures,
  topLabels,
} from '#samples/recordings/oracles.js';
import { seedRecordings } from '../helpers/recordings.js';
import { readAll, type TestApi, withApi } from './api-fixture.js';

const recordings = Array.from({ length: 40 }, (_, index) => sampleRecording(index, 1));

async function withRecordings(work: (api: TestApi) => Promise<void>): Promise<void> {
  await withApi(async (api) => {
    await seedRecordings(api.pool, recordings);
    await work(api);
  });
}

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** Numbers that were added up in another order differ in their last digits. */
function assertClose(actual: number | null, expected: number | null, message: string): void {
  if (actual === null || expected === null) {
    assert.equal(actual, expected, message);
    return;
  }
  assert.ok(
    Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${message}: ${actual}, ${expected}`,
  );
}

async function assertStats(api: TestApi, parameters: string, question: SensorQuestion): Promise<void> {
  const expected = sensorFigures(recordings, question);
  for (const percentiles of ['', '&percentiles=50,95,99']) {
    const items = await readAll(api, `/api/sensors/stats?${parameters}${percentiles}`, 7);
    assert.equal(items.length, expected.length, parameters);
    for (const [index, { group, ...figures }] of expected.entries()) {
      const { recording, location, metric, bucket, ...item } = items[index];
      const time = group.minute ?? group.hour ?? group.day;
      assert.deepEqual(
        [recording, location, metric, bucket],
        [group.recording, group.location, group.metric, time],
        parameters,
      );
      assert.deepEqual([item.count, item.min, item.max], [figures.count, figures.min, figures.max], parameters);
      assertClose(item.mean, figures.mean, `${parameters} mean`);
      assertClose(item.stddev, figures.stddev, `${parameters} stddev`);
      if (percentiles === '') continue;
      for (const percent of ['50', '95', '99'] as const) {
        assertClose(item.percentiles[percent], figures.percentiles[percent], `${parameters} ${percent} %`);
      }
    }
  }
}

test('figures about sensor values are those of the samples, by every grouping and filter', () =>
  withRecordings(async (api) => {
    const [first, , third] = recordings;
    const start = first?.sensors[0]?.timestamp ?? 0;
    const later = (third?.sensors[0]?.timestamp ?? 0) + 3;
    await assertStats(api, '', {});
    await assertStats(api, 'groupBy=metric', { groupBy: ['metric'] });
    await assertStats(api, 'groupBy=recording,metric', { groupBy: ['recording', 'metric'] });
    await assertStats(api, 'groupBy=location', { groupBy: ['location'] });
    for (const bucket of ['minute', 'hour', 'day'] as const) {
      await assertStats(api, `groupBy=metric,bucket&bucket=${bucket}`, { groupBy: ['metric', bucket] });
    }
    await assertStats(api, 'metric=speed&location=Vienna', { metric: 'speed', location: 'Vienna' });
    await assertStats(api, 'recording=drive-00003&groupBy=metric', { recording: 'drive-00003', groupBy: ['metric'] });
    // Neither end is the beginning of a minute.
    const bounds = `from=${at(start + 2)}&to=${at(later)}`;
    await assertStats(api, `${bounds}&groupBy=metric`, { from: start + 2, to: later, groupBy: ['metric'] });
    await assertStats(api, `from=${at(start + 2)}&to=${at(start + 4)}`, { from: start + 2, to: start + 4 });
    await assertStats(api, 'metric=speed&minValue=50.5&maxValue=100&groupBy=recording', {
      ...{ metric: 'speed', minValue: 50.5, maxValue: 100, groupBy: ['recording'] },
    });
    await assertStats(api, 'minValue=100&groupBy=metric', { minValue: 100, groupBy: ['metric'] });
    await assertStats(api, 'metric=altitude', { metric: 'altitude' });
  }));

test('percentiles of a page are exact, and the day of an hour is that of UTC', () =>
  withRecordings(async (api) => {
    const { body } = await api.ask('/api/sensors/stats?metric=speed,acceleration&percentiles=0,12.5,100');
    const values = recordings.flatMap(({ sensors }) => sensors.map((each) => each.metric_value)).sort((a, b) => a - b);
    const { percentiles } = body.items[0];
    assert.deepEqual([percentiles['0'], percentiles['100']], [values[0], values.at(-1)]);
    const day = await api.ask('/api/sensors/stats?groupBy=bucket&bucket=day&from=2024-07-18&to=2024-07-18');
    assert.equal(day.body.items[0].bucket, '2024-07-18T00:00:00.000Z');
  }));

test('the frames that fit conditions on metrics and labels are those of the samples, with their images', () =>
  withRecordings(async (api) => {
    const cases = [
      {
        query: 'metrics=speed>50&labels=pedestrian>=0.6',
        metrics: [{ metric: 'speed', fits: (value: number) => value > 50 }],
        labels: [{ label: 'pedestrian', fits: (certainty: number) => certainty >= 0.6 }],
      },
      {
        query: 'metrics=speed>=20,acceleration<=2,acceleration>-1&location=Vienna',
        metrics: [
          { metric: 'speed', fits: (value: number) => value >= 20 },
          { metric: 'acceleration', fits: (value: number) => value <= 2 },
          { metric: 'acceleration', fits: (value: number) => value > -1 },
        ],
        location: 'Vienna',
      },
      {
        query: 'labels=car<0.5,animal>0.1&footageType=back',
        labels: [
          { label: 'car', fits: (certainty: number) => certainty < 0.5 },
          { label: 'animal', fits: (certainty: number) => certainty > 0.1 },
        ],
        footageType: 'back',
      },
      { query: 'labels=unicorn>=0', labels: [{ label: 'unicorn', fits: () => true }] },
      { query: 'metrics=altitude>0', metrics: [{ metric: 'altitude', fits: () => true }] },
      {
        query: 'metrics=speed=12.5',
        metrics: [{ metric: 'speed', fits: (value: number) => value === 12.5 }],
      },
    ];
    for (const { query, ...question } of cases) {
      const expected = matchingFrames(recordings, question);
      const items = await readAll(api, `/api/frames?${query}`, 50);
      assert.deepEqual(
        items.map(({ recording, footage, index }) => ({ recording, footage, index })),
        expected.map(({ recording, footage, index }) => ({ recording, footage, index })),
        query,
      );
      for (const [position, { labels, recording, footage, index }] of expected.entries()) {
        const item = items[position];
        assert.deepEqual(new Set(item.labels.map(JSON.stringify)), new Set(labels.map((each) => JSON.stringify(each))));
        assert.equal(item.links.frame, `/api/footages/${footage}/frames/${index}`);
        const sample = recordings.find(({ drive }) => drive.id === recording);
        const values = sample?.sensors.filter((each) => each.relative_timestamp === index) ?? [];
        assert.equal(item.timestamp, at(values[0]?.timestamp ?? 0));
        for (const { metric, value } of item.metrics) {
          assert.ok(values.some((each) => each.metric_type === metric && each.metric_value === value));
        }
      }
    }
    // A page that begins in the middle of a footage.
    assert.ok((await readAll(api, '/api/frames?metrics=speed>0', 9)).length > 500);
  }));

test('the classes with the highest certainties per recording keep their rows', () =>
  withRecordings(async (api) => {
    for (const classes of [5, 2]) {
      const expected = [...topLabels(recordings, classes)];
      const items = await readAll(api, `/api/recordings/labels/top?classes=${classes}`, 9);
      assert.deepEqual(
        items.map(({ recording, labels }) => [
          recording,
          labels.map((each: Record<string, unknown>) => [
            each['label'],
            each['certainty'],
            each['footage'],
            each['second'],
          ]),
        ]),
        expected.map(([recording, labels]) => [
          recording,
          labels.map((each) => [each.label_type, each.label_certainty, each.footage, each.relative_timestamp]),
        ]),
      );
      const [label] = items[0].labels;
      assert.equal(label.links.frame, `/api/footages/${label.footage}/frames/${label.second}`);
      assert.equal(label.timestamp, at(expected[0]?.[1][0]?.timestamp ?? 0));
    }
    const one = await api.ask('/api/recordings/labels/top?recording=drive-00002');
    assert.deepEqual(
      one.body.items.map((each: { recording: string }) => each.recording),
      ['drive-00002'],
    );
  }));

test('recordings are ranked by their labels of a certainty, exact to the hundredth', () =>
  withRecordings(async (api) => {
    for (const minCertainty of ['0', '0.07', '0.29', '0.57', '0.58', '0.6', '0.60', '0.99', '1']) {
      const items = await readAll(api, `/api/recordings/labels/ranking?minCertainty=${minCertainty}`, 9);
      assert.deepEqual(
        items.map(({ recording, labels }) => ({ recording, labels })),
        labelRanking(recordings, Number(minCertainty)),
        minCertainty,
      );
    }
  }));

test('recordings are listed with their figures, and one is shown with what it is made of', () =>
  withRecordings(async (api) => {
    const items = await readAll(api, '/api/recordings', 7);
    for (const [index, { drive, footages, labels, sensors }] of recordings.entries()) {
      const { id, location, from, to, ...counts } = items[index];
      assert.deepEqual([id, location], [drive.id, drive.location]);
      assert.deepEqual(
        [counts.footages, counts.labels, counts.values],
        [footages.length, labels.length, sensors.length],
      );
      assert.deepEqual([from, to], [at(sensors[0]?.timestamp ?? 0), at(sensors.at(-1)?.timestamp ?? 0)]);
    }
    const [sample] = recordings;
    const { body } = await api.ask('/api/recordings/drive-00001');
    assert.deepEqual(
      body.footages.map((each: { id: string }) => each.id),
      sample?.footages.map(({ id }) => id).sort(),
    );
    assert.deepEqual(
      body.metrics.map((each: Record<string, unknown>) => [each['metric'], each['values']]),
      ['acceleration', 'speed'].map((metric) => [metric, (sample?.sensors.length ?? 0) / 2]),
    );
    const counted = body.labelTypes.reduce((sum: number, each: { labels: number }) => sum + each.labels, 0);
    assert.equal(counted, sample?.labels.length);
    assert.equal((await api.ask(body.links.sensors)).body.items.length, 2);
    assert.equal((await api.ask(body.links.labels)).body.items.length, 1);
    assert.equal((await api.ask('/api/recordings/nobody')).status, 404);
    assert.deepEqual((await api.ask('/api/recordings?location=Atlantis')).body.items, []);
  }));

test('what cannot be asked is refused with each fault named', () =>
  withApi(async (api) => {
    const cases: readonly (readonly [query: string, path: string, message: RegExp])[] = [
      ['/api/frames', 'metrics', /^must be given, or labels: conditions like speed>50/],
      ['/api/frames?metrics=speed!=5', 'metrics', /one of >= <= > < =, not !=/],
      ['/api/frames?labels=car>=1.2', 'labels', /a number from 0 to 1; got "car>=1.2"/],
      ['/api/frames?speed=5', '', /speed/],
      ['/api/sensors/stats?groupBy=colour', 'groupBy', /./],
      ['/api/sensors/stats?metric=speed,', 'metric', /one is empty/],
      ['/api/sensors/stats?percentiles=101', 'percentiles', /./],
      ['/api/sensors/stats?from=yesterday', 'from', /a date or an ISO-8601 time/],
      ['/api/recordings/labels/ranking?minCertainty=0.605', 'minCertainty', /./],
      ['/api/recordings/labels/ranking?minCertainty=1.2', 'minCertainty', /./],
      ['/api/recordings?colour=red', '', /colour/],
    ];
    for (const [query, path, message] of cases) {
      const { status, body } = await api.ask(query);
      assert.equal(status, 422, query);
      assert.ok(
        body.errors.some(
          (each: { path: string; message: string }) =>
            (each.path.includes(path) && message.test(`${each.path} ${each.message}`)) || message.test(each.message),
        ),
        `${query}: ${JSON.stringify(body.errors)}`,
      );
    }
    assert.deepEqual((await api.ask('/api/frames?labels=car>=0')).body, { items: [], nextCursor: null });
    const { body } = await api.ask('/api/sensors/stats');
    assert.deepEqual(body, { items: [], nextCursor: null });
  }));
