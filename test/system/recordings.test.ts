import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '#samples/random.js';
import { recordingFiles } from '#samples/recordings/files.js';
import { sampleRecording } from '#samples/recordings/model.js';
import { count, listRuns, waitForState, waitUntilQuiet } from '../helpers/ledger.js';
import { carriers, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

// A longer run: RECORDINGS=200 RECORDINGS_SEED=2 npm test system/recordings
const number = Number(process.env['RECORDINGS'] ?? 25);
const seed = Number(process.env['RECORDINGS_SEED'] ?? 1);
/** Between two files at most, in milliseconds: around the time in which a batch loads, now and then. */
const maxPauseMs = 60;
/** Of so many files that arrive one is followed by the death of a worker. */
const filesPerDeath = 8;

for (const carrier of carriers) {
  test(
    `${number} recordings whose files come in any order, while workers are killed, have each row once (${carrier}, seed ${seed})`,
    { timeout: 180_000 + number * 2_000 },
    (t) =>
      withPlatform(t, carrier, { workers: 2, env: { BATCH_FILES: '6' } }, async ({ inbox, pool, start, crash }) => {
        const random = createRandom(seed, 'order of files and deaths');
        const recordings = Array.from({ length: number }, (_, index) => sampleRecording(index, seed));
        const files = recordings
          .flatMap(recordingFiles)
          .map((file) => ({ ...file, nth: random.next() }))
          .sort((a, b) => a.nth - b.nth);
        await start();
        for (const [nth, { file, content }] of files.entries()) {
          await inbox.write(file.path, content);
          await pause(random.next() * maxPauseMs);
          if (nth % filesPerDeath === filesPerDeath - 1) await crash(random.pick(['worker-1', 'worker-2'] as const));
        }
        await waitUntilQuiet(pool, files.length, { deadlineMs: 120_000 });
        await assertTruth(pool);
        const { rows: states } = await pool.query('SELECT DISTINCT state FROM ops.file');
        assert.deepEqual(states, [{ state: 'loaded' }]);
        const labels = recordings.flatMap((each) => each.labels);
        const sensors = recordings.flatMap((each) => each.sensors);
        const { rows } = await pool.query(
          `SELECT (SELECT count(*)::int FROM recordings.recording) AS recordings,
             (SELECT count(*)::int FROM recordings.footage) AS footages,
             (SELECT count(*)::int FROM recordings.label) AS labels,
             (SELECT sum(round(label_certainty::numeric * 100))::int FROM recordings.label) AS certainties,
             (SELECT count(*)::int FROM recordings.sensor) AS sensors,
             (SELECT sum(round(metric_value::numeric * 100))::int FROM recordings.sensor) AS values,
             (SELECT count(*)::int FROM ops.file_wait) AS waits`,
        );
        assert.deepEqual(rows[0], {
          recordings: number,
          footages: 2 * number,
          labels: labels.length,
          certainties: sumOf(labels.map((label) => label.label_certainty)),
          sensors: sensors.length,
          values: sumOf(sensors.map((sensor) => sensor.metric_value)),
          waits: 0,
        });
        const runs = await listRuns(pool);
        assert.ok(
          runs.some((run) => (run.output?.['waiting'] ?? 0) > 0),
          'no file came before its parents',
        );
        assert.deepEqual(
          runs.filter((run) => run.state !== 'succeeded').map((run) => run.error),
          [],
        );
      }),
  );
}

test('the watcher lets a file go whose parent nobody saw', (t) =>
  withPlatform(t, 'postgres', {}, async ({ inbox, pool, start }) => {
    const [document] = recordingFiles(sampleRecording(1, seed)).filter(({ file }) => file.path.includes('/sensors_'));
    assert.ok(document);
    await inbox.write('sensors_1.json', document.content);
    await start();
    await waitFor('it waits', async () => ((await count(pool, waitingFiles)) === 1 ? true : undefined));
    await pool.query(
      `INSERT INTO recordings.recording (id, location, file_id, ordinal) VALUES ('drive-00002', 'Vienna', 0, 0)`,
    );
    await waitForState(pool, 'sensors_1.json', 'loaded');
    assert.equal(await count(pool, waitingFiles), 0);
  }));

const waitingFiles = 'SELECT count(*) FROM ops.file WHERE waiting';

/** In hundredths, which are whole. */
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + Math.round(value * 100), 0);
