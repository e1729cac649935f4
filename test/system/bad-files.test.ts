import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { test } from 'node:test';
import { writeBadFiles } from '#samples/bad-files.js';
import { imageSample } from '#samples/images.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listFiles, listRuns, waitUntilQuiet } from '../helpers/ledger.js';
import { withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';

/** What the reason of each bad file has to say: what is wrong, in words. */
const reasons: Readonly<Record<string, RegExp>> = {
  'bad/cut-in-half.jpg': /truncated|cut|ends|incomplete/i,
  'bad/text.jpg': /not an image|no image|not an image|expected/i,
  'bad/huge.png': /900,?000,?000|30,?000|pixels/i,
  'bad/empty.jpg': /empty|0 bytes/i,
  'bad/missing-column.parquet': /product_expire is missing; expected .*found/,
  'bad/empty.parquet': /empty \(0 bytes\)/,
  'bad/2022-12-31_23-59-00.parquet': /cut off/,
  'bad/objects_detection_cut.json': /ends|cut|truncated|incomplete/i,
  'bad/objects_detection_empty.json': /empty|0 bytes/i,
  'bad/vehicles_status_empty.json': /empty|0 bytes/i,
};

test('each bad file is quarantined with a reason that helps, and its neighbours in the batch load', (t) =>
  withPlatform(t, 'postgres', {}, async ({ inbox, pool, start }) => {
    for (let minute = 0; minute < 5; minute += 1)
      await inbox.write(`bad/good ${minute}.parquet`, sampleParquet(minute));
    await inbox.write('bad/good.jpg', (await imageSample(0, 1)).bytes);
    await inbox.write('bad/objects_detection_good.json', goodDetections);
    await writeBadFiles(inbox.write, 1);
    await inbox.write('bad/objects_detection_empty.json', '');
    await inbox.write('bad/vehicles_status_empty.json', '');
    await start();
    await waitUntilQuiet(pool, Object.keys(reasons).length + 8);

    const files = new Map((await listFiles(pool)).map((file) => [file.path, file]));
    for (const [path, pattern] of Object.entries(reasons)) {
      assert.equal(files.get(path)?.state, 'quarantined', path);
      assert.match(files.get(path)?.reason ?? '', pattern, path);
    }
    for (const [path, file] of files) if (path.includes('good')) assert.equal(file.state, 'loaded', path);
    const batch = [...files.values()].filter((file) => file.path.endsWith('.parquet'));
    assert.equal(
      new Set(batch.map((file) => file.run_id)).size,
      1,
      'the good ones loaded in the batch with the bad ones',
    );
    const mixed = files.get('bad/objects_detection_one_bad_event.json');
    assert.deepEqual([mixed?.state, mixed?.rejects], ['loaded', 1]);
    const { rows } = await pool.query(`SELECT ordinal, reason, content FROM ops.reject WHERE file_id = $1`, [
      mixed?.id,
    ]);
    assert.equal(rows.length, 1);
    assert.match(JSON.stringify(rows[0]), /vehicle_id/);
    assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 5 * 25);

    for (const run of await listRuns(pool)) {
      const good = [...files.values()].some((file) => file.run_id === run.id && file.state === 'loaded');
      assert.equal(run.state, good ? 'succeeded' : 'failed', JSON.stringify(run));
      assert.equal(run.attempts.length, 1, 'bad input is not tried again');
    }
    await assertTruth(pool);
  }));

test('a bad file alone in its run fails the run, which names the file and the reason', (t) =>
  withPlatform(t, 'postgres', {}, async ({ inbox, pool, start }) => {
    await inbox.write('only.parquet', 'no parquet at all');
    await start();
    await waitUntilQuiet(pool, 1);
    const [run] = await listRuns(pool);
    assert.deepEqual([run?.state, run?.attempts], ['failed', ['failed']]);
    assert.match(run?.error?.message ?? '', /only\.parquet is quarantined: not a parquet file/);
  }));

test('a file that may not be read is quarantined, and says what to do', (t) => {
  if (process.getuid?.() === 0) return t.skip('root may read everything: skipped');
  return withPlatform(t, 'postgres', {}, async ({ inbox, pool, start }) => {
    await inbox.write('secret.parquet', sampleParquet(1));
    await chmod(inbox.at('secret.parquet'), 0o000);
    await start();
    await waitUntilQuiet(pool, 1);
    const [file] = await listFiles(pool);
    assert.equal(file?.state, 'quarantined');
    assert.match(file.reason ?? '', /may not be read.*allow it to and replay/);
  });
});

const goodDetections = JSON.stringify([
  { vehicle_id: 'a', detection_time: '2022-06-05T21:02:34Z', object_type: 'cars', object_value: 1 },
]);
