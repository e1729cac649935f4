import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { writeSamples } from '../write-samples.js';
import { recordingFiles } from './files.js';
import { isFrame } from './frame-image.js';
import { type SampleRecording, sampleRecording } from './model.js';
import { labelRanking, matchingFrames, sensorFigures, topLabels } from './oracles.js';

let dir = '';
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-recordings-'));
});
after(() => rm(dir, { recursive: true, force: true }));

test('files and frames are written, the frames one per second, in all kinds of container', async () => {
  const footageDir = join(dir, 'footage');
  const files = await writeSamples(join(dir, 'inbox'), { recordings: 10, footageDir, seed: 3 });
  assert.deepEqual(
    files.map((file) => file.path),
    Array.from({ length: 10 }, (_, index) =>
      recordingFiles(sampleRecording(index, 3)).map(({ file }) => file.path),
    ).flat(),
  );
  const { footages } = sampleRecording(0, 3);
  const [front, back] = footages;
  const names = await readdir(join(footageDir, front?.filename ?? ''));
  assert.equal(names.length, front?.frames);
  const frame = await readFile(join(footageDir, front?.filename ?? '', '2.jpg'));
  assert.ok(await isFrame(frame, front?.id ?? '', 2));
  assert.ok(!(await isFrame(frame, front?.id ?? '', 3)) && !(await isFrame(frame, back?.id ?? '', 2)));
  const kinds = (await readdir(footageDir, { recursive: true })).map((name) => /\.(zip|h5|jpg)$/.exec(name)?.[1]);
  for (const kind of ['zip', 'h5', 'jpg']) assert.ok(kinds.includes(kind), kind);
});

test('every layout holds the rows of its recording', async () => {
  for (const index of [0, 1, 2, 3, 4]) {
    const { drive, footages, labels, sensors } = sampleRecording(index, 1);
    const expected = 1 + footages.length + labels.length + sensors.length;
    const rows = await Promise.all(recordingFiles(sampleRecording(index, 1)).map(countRows));
    const counted = rows.reduce((sum, count) => sum + count, 0);
    assert.equal(counted, expected, drive.id);
  }
});

async function countRows({ file, content }: ReturnType<typeof recordingFiles>[number]): Promise<number> {
  const rows = await rowsIn(file.path, content);
  assert.equal(rows.length, file.expectedRows, file.path);
  return rows.length;
}

async function rowsIn(path: string, content: Uint8Array | string): Promise<unknown[]> {
  if (typeof content !== 'string') return await parquetReadObjects({ file: content.slice().buffer });
  if (path.endsWith('.ndjson')) return content.trim().split('\n');
  const sections: unknown = JSON.parse(content);
  return Object.values(sections ?? {}).flat();
}

test('labels and sensors sort before their recording in some recordings, and after it in others', () => {
  const order = (index: number) => {
    const paths = recordingFiles(sampleRecording(index, 1)).map(({ file }) => file.path);
    const [parent = '', child = ''] = [/recordings_/, /sensors_/].map((name) => paths.find((path) => name.test(path)));
    return parent < child;
  };
  assert.deepEqual([order(1), order(6)], [true, false]);
});

/** Two seconds of a drive, with values that can be reckoned by hand. */
const drive: SampleRecording = {
  index: 0,
  drive: { id: 'a', location: 'Vienna' },
  footages: [{ id: 'a-front', footage_type: 'front', filename: 'a', recording: 'a', frames: 2 }],
  labels: [label(0, 'pedestrian', 0.7), label(1, 'pedestrian', 0.7), label(1, 'car', 0.9), label(1, 'animal', 0.2)],
  sensors: [sensor(0, 40), sensor(1, 60)],
};

function label(second: number, label_type: string, label_certainty: number) {
  return { timestamp: 60 + second, relative_timestamp: second, label_type, label_certainty, footage: 'a-front' };
}

function sensor(second: number, metric_value: number) {
  return { timestamp: 60 + second, relative_timestamp: second, metric_type: 'speed', metric_value, recording: 'a' };
}

test('the oracles say what can be reckoned by hand', () => {
  const [figures] = sensorFigures([drive], { groupBy: ['minute'] });
  assert.deepEqual(figures, {
    group: { minute: '1970-01-01T00:01:00.000Z' },
    count: 2,
    min: 40,
    max: 60,
    mean: 50,
    stddev: Math.sqrt(200),
    percentiles: { 50: 50, 95: 59, 99: 59.8 },
  });
  const frames = matchingFrames([drive], {
    metrics: [{ metric: 'speed', fits: (value) => value > 50 }],
    labels: [{ label: 'pedestrian', fits: (certainty) => certainty >= 0.6 }],
  });
  assert.deepEqual(frames, [
    { recording: 'a', footage: 'a-front', index: 1, labels: [{ label: 'pedestrian', certainty: 0.7 }] },
  ]);
  const top = topLabels([drive], 2).get('a') ?? [];
  assert.deepEqual(
    top.map((each) => [each.label_type, each.relative_timestamp]),
    [
      ['car', 1],
      ['pedestrian', 0],
    ],
  );
  assert.deepEqual(labelRanking([drive], 0.6), [{ recording: 'a', labels: 3 }]);
});
