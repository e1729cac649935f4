import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { listFrames } from '#database/queries/recordings/frames.js';
import { rankRecordings, topLabels } from '#database/queries/recordings/labels.js';
import { sensorStats } from '#database/queries/recordings/sensor-stats.js';
import { sampleRecording } from '#samples/recordings/model.js';
import { topLabels as expectedTop, labelRanking, matchingFrames, sensorFigures } from '#samples/recordings/oracles.js';
import { writeSamples } from '#samples/write-samples.js';
import { count as countRows, listFiles, waitUntilQuiet } from '../helpers/ledger.js';
import { carriers, type Platform, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

// The size of the issue's own measure: RECORDINGS=200 npm test system/recordings-samples
const count = Number(process.env['RECORDINGS'] ?? 20);
/** Each time that another such part of the files is loaded, a worker dies. */
const deaths = 4;
const recordings = Array.from({ length: count }, (_, index) => sampleRecording(index, 1));
const page = { limit: 100_000 };

for (const carrier of carriers) {
  test(
    `${count} sample recordings in all their forms load while workers are killed, and the questions are answered as the samples say (${carrier})`,
    { timeout: 120_000 + count * 2_000 },
    (t) => withPlatform(t, carrier, { workers: 2, env: { BATCH_FILES: '8' } }, (platform) => loadAndAsk(t, platform)),
  );
}

async function loadAndAsk(t: TestContext, { inbox, pool, start, crash }: Platform): Promise<void> {
  const footageDir = join(inbox.dir, '..', 'footage-of-samples');
  const samples = await writeSamples(inbox.dir, { recordings: count, footageDir });
  await start();
  for (let death = 1; death <= deaths; death += 1) {
    await waitFor('another part of the files is loaded', async () => {
      const { rows } = await pool.query<{ loaded: number }>(
        `SELECT count(*)::int AS loaded FROM ops.file WHERE state = 'loaded'`,
      );
      return (rows[0]?.loaded ?? 0) >= (samples.length * death) / (deaths + 1) ? true : undefined;
    });
    await crash(death % 2 === 0 ? 'worker-1' : 'worker-2');
  }
  await waitUntilQuiet(pool, samples.length, { deadlineMs: 60_000 + count * 1_000 });
  await assertTruth(pool);
  t.diagnostic(`${await countRows(pool, `SELECT count(*) FROM ops.attempt WHERE state = 'lost'`)} attempts were lost`);
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
}
