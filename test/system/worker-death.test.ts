import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coverImageDays } from '#database/images/days.js';
import { imageSample } from '#samples/images.js';
import { lockTable, type StuckSession, type TableLock, waitForStuckRun } from '../helpers/block.js';
import { makeDay } from '../helpers/days.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listRuns, waitUntilQuiet } from '../helpers/ledger.js';
import { carriers, type Platform, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

const files = 12;
const rows = files * 25;
const images = 12;
const minutesOfDay = 24 * 60;

/**
 * One batch with files of two days; the second day's rows are stuck, so that the first's are written but not committed.
 */
async function getStuckInTheMiddle(platform: Platform): Promise<{ lock: TableLock; session: StuckSession }> {
  const { inbox, pool, databaseUrl } = platform;
  await makeDay(pool, '2023-01-02');
  const lock = await lockTable(databaseUrl, 'dwh.data_sample_20230102');
  for (let minute = 0; minute < files; minute += 1) {
    const day = minute < files / 2 ? 0 : minutesOfDay;
    await inbox.write(`${String(minute).padStart(2, '0')}.parquet`, sampleParquet(day + minute));
  }
  await platform.start();
  return { lock, session: await waitForStuckRun(pool) };
}

async function assertLoadedOnce({ pool }: Platform): Promise<void> {
  await waitUntilQuiet(pool, files);
  assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), rows);
  assert.equal(await count(pool, 'SELECT count(DISTINCT (file_id, ordinal)) FROM dwh.data_sample'), rows);
  await assertTruth(pool);
}

for (const carrier of carriers) {
  test(`a worker killed three times in the middle of a load leaves no row missing or doubled (${carrier})`, (t) =>
    withPlatform(t, carrier, {}, async (platform) => {
      const { pool, crash } = platform;
      const { lock, session } = await getStuckInTheMiddle(platform);
      const sessions = [session];
      for (let kill = 1; kill <= 3; kill += 1) {
        await crash('worker-1');
        sessions.push(await waitForStuckRun(pool, sessions));
      }
      assert.equal(
        await count(pool, `SELECT count(*) FROM pg_stat_activity WHERE pid = $1`, [session.pid]),
        0,
        'its session was ended',
      );
      await lock.release();
      await assertLoadedOnce(platform);
      const [run] = await listRuns(pool);
      assert.deepEqual(run?.attempts, ['lost', 'lost', 'lost', 'succeeded']);
      assert.equal(run.losses, 3);
      assert.equal(run.failures, 0, 'a killed worker is not the run’s failure');
    }));

  test(`a worker killed while it writes a batch of images leaves each of them once, in all layers (${carrier})`, (t) =>
    withPlatform(t, carrier, {}, async (platform) => {
      const { inbox, pool, databaseUrl, crash } = platform;
      // The partitions of its day, or of the next should midnight come between: else the load would wait to make them.
      const days = [0, 1].map((offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10));
      await coverImageDays(pool, days);
      // Faces are written last: by then the images are, but not committed.
      const lock = await lockTable(databaseUrl, 'dwd.face', 'SHARE');
      const samples = await Promise.all(Array.from({ length: images }, (_, index) => imageSample(2 * index, 5)));
      for (const { file, bytes } of samples) await inbox.write(file.path, bytes);
      await platform.start();
      const sessions = [await waitForStuckRun(pool)];
      for (let kill = 1; kill <= 2; kill += 1) {
        await crash('worker-1');
        sessions.push(await waitForStuckRun(pool, sessions));
      }
      assert.equal(await count(pool, 'SELECT count(*) FROM dwd.image'), 0, 'nothing is committed yet');
      await lock.release();
      await waitUntilQuiet(pool, images);
      for (const table of ['ods.image', 'dwd.image']) {
        const counted = `SELECT count(*) * 1000 + count(DISTINCT file_id) FROM ${table}`;
        assert.equal(await count(pool, counted), images * 1001, table);
      }
      assert.equal(
        await count(pool, 'SELECT count(*) FROM dwd.face'),
        await count(pool, 'SELECT sum(face_no) FROM dwd.image'),
      );
      await assertTruth(pool);
      const [run] = await listRuns(pool);
      assert.deepEqual(run?.attempts, ['lost', 'lost', 'succeeded']);
    }));

  test(`a worker that sleeps past its lock and wakes up after another took over commits nothing (${carrier})`, (t) =>
    withPlatform(t, carrier, { workers: 2 }, async (platform) => {
      const { pool } = platform;
      const { lock, session } = await getStuckInTheMiddle(platform);
      const { rows: holders } = await pool.query<{ pid: number }>(
        `SELECT w.pid FROM ops.attempt a JOIN ops.worker w ON w.id = a.worker_id WHERE a.run_id = $1`,
        [session.run],
      );
      const sleeper = (['worker-1', 'worker-2'] as const).find(
        (name) => platform.process(name).pid === holders[0]?.pid,
      );
      assert.ok(sleeper);
      platform.process(sleeper).signal('SIGSTOP');
      await waitForStuckRun(pool, [session]);
      await lock.release();
      await assertLoadedOnce(platform);
      platform.process(sleeper).signal('SIGCONT');
      await waitFor('the sleeper says that it lost the run', async () =>
        platform
          .process(sleeper)
          .lines()
          .find((line) => line.includes('no longer holds it')),
      );
      await assertLoadedOnce(platform);
      const [run] = await listRuns(pool);
      assert.deepEqual(run?.attempts, ['lost', 'succeeded']);
    }));
}

test('a watcher killed again and again while files arrive neither forgets nor doubles one', (t) =>
  withPlatform(t, 'postgres', { env: { BATCH_FILES: '7' } }, async (platform) => {
    const { inbox, pool, crash } = platform;
    await platform.start();
    for (let minute = 0; minute < 60; minute += 1) {
      await inbox.write(`${minute % 5}/${minute}.parquet`, sampleParquet(minute));
      if (minute % 15 === 14) {
        const known = minute;
        await waitFor('some are known', async () =>
          (await count(pool, 'SELECT count(*) FROM ops.file')) > known / 2 ? true : undefined,
        );
        await crash('watcher');
      }
    }
    await waitUntilQuiet(pool, 60);
    assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 60 * 25);
    await assertTruth(pool);
  }));
