import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SampleRecording, sampleRecording } from '#samples/recordings/model.js';
import { seedRecordings } from '../helpers/recordings.js';
import { type Answer, type TestApi, withApi } from './api-fixture.js';

const recordings = Array.from({ length: 12 }, (_, index) => sampleRecording(index, 1));

async function withRecordings(work: (api: TestApi) => Promise<void>): Promise<void> {
  await withApi(async (api) => {
    await seedRecordings(api.pool, recordings);
    await work(api);
  });
}

/** Checks each point of each line against the rows of its seconds. */
function assertLines(body: Answer['body'], { sensors, labels }: SampleRecording, footage: string): void {
  const { axis } = body;
  const inPoint = (second: number, point: number): boolean =>
    second >= axis.from && second <= axis.to && Math.floor((second - axis.from) / axis.step) === point;
  const points = Array.from({ length: axis.points }, (_, point) => point);
  for (const line of body.metrics) {
    const own = sensors.filter((each) => each.metric_type === line.metric);
    const values = points.map((point) =>
      own.filter((each) => inPoint(each.relative_timestamp, point)).map((each) => each.metric_value),
    );
    assert.equal(line.values, values.flat().length);
    const orNull = (some: number[], read: (some: number[]) => number) => (some.length === 0 ? null : read(some));
    assert.deepEqual(
      line.min,
      values.map((some) => orNull(some, () => Math.min(...some))),
    );
    assert.deepEqual(
      line.max,
      values.map((some) => orNull(some, () => Math.max(...some))),
    );
    for (const [point, some] of values.entries()) {
      const mean = orNull(some, () => some.reduce((sum, each) => sum + each, 0) / some.length);
      if (mean === null) assert.equal(line.mean[point], null);
      else assert.ok(Math.abs(line.mean[point] - mean) < 1e-9);
    }
  }
  for (const line of body.labels) {
    const own = labels.filter((each) => each.footage === footage && each.label_type === line.label);
    const found = points.map((point) => own.filter((each) => inPoint(each.relative_timestamp, point)));
    assert.equal(line.labels, found.flat().length);
    assert.deepEqual(
      line.counts,
      found.map((some) => some.length),
    );
    const best = (some: typeof own) =>
      some.length === 0 ? null : Math.max(...some.map((each) => each.label_certainty));
    assert.deepEqual(line.certainty, found.map(best));
  }
}

test('metrics and labels lie on one axis of seconds, point by point', () =>
  withRecordings(async (api) => {
    for (const recording of recordings) {
      for (const { id, frames } of recording.footages) {
        for (const points of [500, 7, 1]) {
          const { status, body } = await api.ask(`/api/footages/${id}/timeline?points=${points}`);
          assert.equal(status, 200, JSON.stringify(body));
          const step = Math.ceil(frames / points);
          assert.deepEqual(body.axis, { from: 0, to: frames - 1, step, points: Math.ceil(frames / step) });
          assert.deepEqual(
            body.metrics.map(({ metric }: { metric: string }) => metric),
            ['acceleration', 'speed'],
          );
          const own = recording.labels.filter((each) => each.footage === id);
          assert.deepEqual(
            body.labels.map(({ label }: { label: string }) => label).sort(),
            [...new Set(own.map((each) => each.label_type))].sort(),
          );
          const numbers = body.labels.map(({ labels }: { labels: number }) => labels);
          assert.deepEqual(
            numbers,
            [...numbers].sort((a, b) => b - a),
            'the most frequent first',
          );
          assertLines(body, recording, id);
        }
        const { body } = await api.ask(`/api/footages/${id}/timeline`);
        assert.equal(body.began, new Date((recording.sensors[0]?.timestamp ?? 0) * 1000).toISOString());
        assert.equal(body.links.firstFrame, `/api/footages/${id}/frames/0`);
      }
    }
  }));

test('a stretch of time and some names are shown by themselves', () =>
  withRecordings(async (api) => {
    const recording = recordings.find(({ footages }) => (footages[0]?.frames ?? 0) > 12);
    const id = recording?.footages[0]?.id;
    assert.ok(recording && id);
    const label = recording.labels.find((each) => each.footage === id)?.label_type;
    const path = `/api/footages/${id}/timeline?from=3&to=11&points=4&metric=speed&label=${label}`;
    const { body } = await api.ask(path);
    assert.deepEqual(body.axis, { from: 3, to: 11, step: 3, points: 3 });
    assert.deepEqual([body.metrics.length, body.labels.length], [1, 1]);
    assert.equal(body.links.firstFrame, `/api/footages/${id}/frames/3`);
    assertLines(body, recording, id);
    const none = (await api.ask(`/api/footages/${id}/timeline?metric=altitude&label=unicorn`)).body;
    assert.deepEqual([none.metrics, none.labels], [[], []]);
    const later = (await api.ask(`/api/footages/${id}/timeline?from=100000`)).body;
    assert.deepEqual([later.axis, later.metrics], [null, []]);
  }));

test('a footage of which nothing is known but its name has no axis', () =>
  withRecordings(async ({ ask, pool }) => {
    await pool.query(
      `INSERT INTO recordings.recording (id, location, file_id, ordinal) VALUES ('bare', 'Graz', 99, 0)`,
    );
    await pool.query(
      `INSERT INTO recordings.footage (id, footage_type, filename, recording, file_id, ordinal)
       VALUES ('bare-front', 'front', 'bare.zip', 'bare', 99, 1)`,
    );
    const { body } = await ask('/api/footages/bare-front/timeline');
    const { first, last, began, axis, metrics, labels, links } = body;
    assert.deepEqual(
      { first, last, began, axis, metrics, labels, firstFrame: links.firstFrame },
      { first: null, last: null, began: null, axis: null, metrics: [], labels: [], firstFrame: null },
    );
  }));

test('what cannot be asked of a timeline is refused with its parameter', () =>
  withRecordings(async ({ ask }) => {
    assert.equal((await ask('/api/footages/nobody/timeline')).status, 404);
    for (const [query, path] of [
      ['from=9&to=3', 'from'],
      ['from=-1', 'from'],
      ['points=501', 'points'],
      ['points=0', 'points'],
      ['metric=speed,', 'metric'],
      ['label=,', 'label'],
      ['colour=red', 'colour'],
    ] as const) {
      const { status, body } = await ask(`/api/footages/drive-00001-front/timeline?${query}`);
      assert.equal(status, 422, query);
      assert.match(JSON.stringify(body.errors), new RegExp(path), query);
    }
  }));

test('forms can be filled with what there is', () =>
  withRecordings(async ({ ask }) => {
    const { status, body } = await ask('/api/recordings/questions/choices');
    assert.equal(status, 200, JSON.stringify(body));
    const count = (names: readonly string[]) => {
      const counts = new Map<string, number>();
      for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
      return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
    };
    assert.deepEqual(
      body.locations.map((each: Record<string, unknown>) => [each['location'], each['recordings']]),
      count(recordings.map(({ drive }) => drive.location)),
    );
    assert.deepEqual(body.footageTypes, [
      { footageType: 'back', footages: recordings.length },
      { footageType: 'front', footages: recordings.length },
    ]);
    const sensors = recordings.flatMap((each) => each.sensors);
    const labels = recordings.flatMap((each) => each.labels);
    assert.deepEqual(
      body.metrics,
      ['acceleration', 'speed'].map((metric) => {
        const values = sensors.filter((each) => each.metric_type === metric).map((each) => each.metric_value);
        return { metric, min: Math.min(...values), max: Math.max(...values) };
      }),
    );
    const counted = count(labels.map((each) => each.label_type)).sort(([, a], [, b]) => b - a);
    assert.deepEqual(
      body.labels,
      counted.map(([label, number]) => ({
        label,
        labels: number,
        bestCertainty: Math.max(
          ...labels.filter((each) => each.label_type === label).map((each) => each.label_certainty),
        ),
      })),
    );
    const seconds = sensors.map(({ timestamp }) => timestamp);
    assert.equal(body.from, new Date(Math.min(...seconds) * 1000).toISOString());
    assert.equal(body.to, new Date(Math.max(...seconds) * 1000).toISOString());
  }));

test('without recordings there is nothing to choose, and nothing fails', () =>
  withApi(async ({ ask }) => {
    assert.deepEqual((await ask('/api/recordings/questions/choices')).body, {
      ...{ locations: [], footageTypes: [], metrics: [], labels: [], from: null, to: null },
    });
  }));
