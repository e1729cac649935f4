import assert from 'node:assert/strict';
import { readdir, readlink, truncate, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lockTable, waitForStuckRun } from '../helpers/block.js';
import { makeDay } from '../helpers/days.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listRuns, waitUntilQuiet } from '../helpers/ledger.js';
import { carriers, type Platform, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

const stopTimeoutMs = 5_000;

for (const carrier of carriers) {
  test(`SIGTERM hands back within the deadline what cannot be finished, and it goes on elsewhere (${carrier})`, (t) =>
    withPlatform(t, carrier, {}, async (platform) => {
      const { pool, end, start } = platform;
      const lock = await getStuck(platform);
      const began = performance.now();
      const exit = await end('worker-1', 'SIGTERM');
      const took = performance.now() - began;
      assert.deepEqual(exit, { code: 0, signal: null });
      assert.ok(took < stopTimeoutMs, `stopped after ${took} ms`);
      const [run] = await listRuns(pool);
      assert.deepEqual([run?.state, run?.attempts], ['queued', ['released']]);
      assert.equal(await count(pool, `SELECT count(*) FROM ops.worker WHERE stopped_at IS NULL`), 0);
      await lock.release();
      await start('worker-1');
      await waitUntilQuiet(pool, 3);
      const [after] = await listRuns(pool);
      assert.deepEqual(
        [after?.state, after?.attempts, after?.failures, after?.losses],
        ['succeeded', ['released', 'succeeded'], 0, 0],
      );
      await assertTruth(pool);
    }));
}

test('SIGTERM lets a run that is nearly done finish', (t) =>
  withPlatform(t, 'postgres', {}, async (platform) => {
    const { pool, end, process } = platform;
    const lock = await getStuck(platform);
    const worker = process('worker-1');
    const ending = end('worker-1', 'SIGTERM');
    await waitFor('it is stopping', async () => worker.lines().find((line) => line.includes('stopping')));
    await lock.release();
    assert.deepEqual(await ending, { code: 0, signal: null });
    const [run] = await listRuns(pool);
    assert.deepEqual([run?.state, run?.attempts], ['succeeded', ['succeeded']]);
    await assertTruth(pool);
  }));

test(
  'SIGTERM stops a watcher within the deadline while it hashes a file that takes longer',
  {
    skip: platform() !== 'linux' && 'needs /proc to see that the file is being read',
  },
  (t) =>
    withPlatform(t, 'postgres', {}, async ({ inbox, process, start, end, pool }) => {
      const path = inbox.at('large.parquet');
      await writeFile(path, '');
      // Takes no room on the disk, and half a minute or more to read.
      await truncate(path, 64 * 2 ** 30);
      await start('watcher');
      const descriptors = `/proc/${process('watcher').pid}/fd`;
      await waitFor('the watcher reads the file', async () => {
        const targets = (await readdir(descriptors)).map((fd) => readlink(join(descriptors, fd)).catch(() => ''));
        return (await Promise.all(targets)).includes(path) || undefined;
      });
      assert.deepEqual(await end('watcher', 'SIGTERM'), { code: 0, signal: null });
      assert.equal(await count(pool, `SELECT count(*) FROM ops.file WHERE state = 'arriving'`), 1);
    }),
);

test('a second SIGTERM ends a worker at once, and its run goes on elsewhere', (t) =>
  withPlatform(t, 'postgres', {}, async (platform) => {
    const { pool, process, start } = platform;
    const lock = await getStuck(platform);
    const worker = process('worker-1');
    const began = performance.now();
    let exited = false;
    void worker.exited.then(() => (exited = true));
    await waitFor('it has ended', async () => {
      worker.signal('SIGTERM');
      return exited || undefined;
    });
    assert.deepEqual(await worker.exited, { code: 143, signal: null });
    assert.ok(performance.now() - began < stopTimeoutMs / 2);
    await lock.release();
    await start('worker-1');
    await waitUntilQuiet(pool, 3);
    const [run] = await listRuns(pool);
    assert.deepEqual(run?.attempts, ['lost', 'succeeded']);
    await assertTruth(pool);
  }));

test('the watcher stops on SIGTERM with files under way, and the next one takes them up', (t) =>
  withPlatform(t, 'postgres', {}, async ({ inbox, pool, end, start }) => {
    await start();
    for (let minute = 0; minute < 30; minute += 1) await inbox.write(`${minute}.parquet`, sampleParquet(minute));
    assert.deepEqual(await end('watcher', 'SIGTERM'), { code: 0, signal: null });
    await start('watcher');
    await waitUntilQuiet(pool, 30);
    await assertTruth(pool);
  }));

/** One batch of three files, stuck at its last. */
async function getStuck(platform: Platform) {
  const { inbox, pool, databaseUrl, start } = platform;
  await makeDay(pool, '2023-01-02');
  const lock = await lockTable(databaseUrl, 'dwh.data_sample_20230102');
  for (const minute of [1, 2, 24 * 60]) await inbox.write(`${minute}.parquet`, sampleParquet(minute));
  await start();
  await waitForStuckRun(pool);
  return lock;
}
