import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { listFrames } from '#database/queries/recordings/frames.js';
import { rankRecordings, topLabels } from '#database/queries/recordings/labels.js';
import { sensorStats } from '#database/queries/recordings/sensor-stats.js';
import { sampleRecording } from '#samples/recordings/model.js';
import { topLabels as expectedTop, labelRanking, matchingFrames, sensorFigures } from '#samples/recordings/oracles.js';
import { writeSamples } from '#samples/write-samples.js';
import { listFiles, waitUntilQuiet } from '../helpers/ledger.js';
import { withPlatform } from '../helpers/platform.js';

const count = 20;
const recordings = Array.from({ length: count }, (_, index) => sampleRecording(index, 1));
const page = { limit: 1_000 };

test('sample recordings in all their forms load, and the questions about them are answered as the samples say', (t) =>
  withPlatform(t, 'postgres', {}, async ({ inbox, pool, start }) => {
    const footageDir = join(inbox.dir, '..', 'footage-of-samples');
    const samples = await writeSamples(inbox.dir, { recordings: count, footageDir });
    await start();
    await waitUntilQuiet(pool, samples.length, { deadlineMs: 60_000 });
    const files = new Map((await listFiles(pool)).map((file) => [file.path, file]));
    for (const { path, expectedRows } of samples) {
      const file = files.get(path);
      assert.deepEqual([file?.state, file?.rows], ['loaded', expectedRows], `${path}: ${file?.reason}`);
    }

    const grouping = { by: ['recording', 'metric'], bucket: 'hour' } as const;
    const stats = await sensorStats(pool, { filter: {}, grouping, percentiles: [] }, page);
    assert.deepEqual(
      stats.items.map(({ keys, count, min, max }) => [keys.recording, keys.metric, count, min, max]),
      sensorFigures(recordings, { groupBy: ['recording', 'metric'] }).map(({ group, count, min, max }) => [
        ...[group.recording, group.metric, count, min, max],
      ]),
    );
    const frames = await listFrames(
      pool,
      {
        metrics: [{ name: 'speed', comparison: '>', bound: 50 }],
        labels: [{ name: 'pedestrian', comparison: '>=', bound: 0.6 }],
      },
      page,
    );
    const expected = matchingFrames(recordings, {
      metrics: [{ metric: 'speed', fits: (value) => value > 50 }],
      labels: [{ label: 'pedestrian', fits: (certainty) => certainty >= 0.6 }],
    });
    assert.deepEqual(
      frames.items.map(({ footage, index }) => [footage, index]),
      expected.map(({ footage, index }) => [footage, index]),
    );
    const top = await topLabels(pool, {}, 5, page);
    assert.deepEqual(
      top.items.map(({ recording, labels }) => [recording, labels.map(({ label, second }) => [label, second])]),
      [...expectedTop(recordings)].map(([recording, labels]) => [
        recording,
        labels.map((each) => [each.label_type, each.relative_timestamp]),
      ]),
    );
    const ranked = await rankRecordings(pool, { hundredths: 60 }, page);
    assert.deepEqual(
      ranked.items.map(({ recording, labels }) => ({ recording, labels })),
      labelRanking(recordings, 0.6),
    );
  }));
