import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { openCarrier } from '#queue/carrier.js';
import { addJobs } from '#queue/jobs.js';
import { startRun } from '#runs/start-run.js';
import { vehicleStatusExample } from '#samples/examples.js';
import { definition } from '#tasks/load-vehicle-status/definition.js';
import { lockTable, type TableLock, waitForStuckRun } from '../helpers/block.js';
import { makeDay } from '../helpers/days.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listFiles, listRuns, waitUntilQuiet } from '../helpers/ledger.js';
import { withOwnPostgres } from '../helpers/own-postgres.js';
import { carriers, createPlatform, type Platform, runPlatform, withPlatform } from '../helpers/platform.js';
import { redisMissing, startRedis } from '../helpers/redis.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

for (const carrier of carriers) {
  test(`PostgreSQL killed in the middle of loads comes back to the same rows, with nobody restarted (${carrier})`, async (t) => {
    const redis = carrier === 'redis' ? await startRedis() : undefined;
    if (carrier === 'redis' && !redis) return t.skip(redisMissing);
    try {
      await withOwnPostgres(async (postgres) => {
        const env = { BATCH_FILES: '5' };
        const platform = await createPlatform({ databaseUrl: postgres.url, redisUrl: redis?.url, workers: 2, env });
        await runPlatform(platform, async ({ inbox, pool, start, process }) => {
          const lock = await lockDay(platform, 2);
          for (let minute = 0; minute < 20; minute += 1) {
            await inbox.write(`${minute}.parquet`, sampleParquet(minute < 10 ? minute : minute + 24 * 60));
          }
          await start();
          await waitForStuckRun(pool);
          const pids = (['watcher', 'worker-1', 'worker-2'] as const).map((name) => process(name).pid);
          await postgres.crash(async () => {
            await lock.release().catch(() => {});
            await inbox.write('while it was away.parquet', sampleParquet(500));
          });
          await waitUntilQuiet(pool, 21, { deadlineMs: 60_000 });
          assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 21 * 25);
          await assertTruth(pool);
          assert.deepEqual(
            (['watcher', 'worker-1', 'worker-2'] as const).map((name) => process(name).pid),
            pids,
          );
        });
      });
    } finally {
      await redis?.stop();
    }
  });
}

test('FLUSHALL in the middle of loads loses no run, queued or delayed, and interrupts none that is under way', (t) =>
  withPlatform(t, 'redis', { workers: 2, env: { BATCH_FILES: '5' } }, async (platform) => {
    const { inbox, pool } = platform;
    const { fileName, document, rows } = vehicleStatusExample;
    await inbox.write(fileName, JSON.stringify(document));
    await platform.start();
    await waitUntilQuiet(pool, 1);
    const locks = [await lockDay(platform, 2), await lockDay(platform, 3)] as const;
    await inbox.write('stuck on day 2.parquet', sampleParquet(24 * 60));
    const long = await waitForStuckRun(pool);
    await inbox.write('stuck on day 3.parquet', sampleParquet(48 * 60));
    await waitForStuckRun(pool, [long]);
    for (let minute = 0; minute < 15; minute += 1) await inbox.write(`${minute}.parquet`, sampleParquet(minute));
    await waitFor('runs wait behind them', async () =>
      (await listRuns(pool)).filter((run) => run.state === 'queued').length >= 3 ? true : undefined,
    );
    const delayed = await startDelayed(platform);

    const redis = new Redis(platform.redisUrl ?? '');
    await redis.flushall();
    redis.disconnect();
    assert.equal(await count(pool, `SELECT count(*) FROM ops.run WHERE id = $1 AND state = 'delayed'`, [delayed]), 1);
    await locks[1].release();
    const state = async (id: string) => (await listRuns(pool)).find((run) => run.id === id);
    await waitFor('all runs but the stuck one have ended', async () => {
      const open = (await listRuns(pool)).filter((run) => run.state !== 'succeeded');
      return open.length === 1 ? true : undefined;
    });
    assert.deepEqual((await state(long.run))?.attempts, ['running'], 'nobody else took over what is under way');
    await locks[0].release();

    await waitUntilQuiet(pool, 18);
    assert.deepEqual((await state(long.run))?.attempts, ['succeeded']);
    assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 17 * 25);
    assert.equal(await count(pool, 'SELECT count(*) FROM fleet.vehicle_status'), rows);
    await assertTruth(pool);
  }));

/** Makes a load get stuck at its first row of a day of January. */
async function lockDay({ pool, databaseUrl }: Platform, day: number): Promise<TableLock> {
  await makeDay(pool, `2023-01-0${day}`);
  return await lockTable(databaseUrl, `dwh.data_sample_2023010${day}`);
}

/** Asks for the loaded file once more, some seconds later. */
async function startDelayed({ pool, databaseUrl, redisUrl }: Platform): Promise<string> {
  const files = (await listFiles(pool)).filter((file) => file.state === 'loaded').map((file) => file.id);
  const run = await startRun({ pool, catalogue: new Map() }, definition, {
    input: { files },
    trigger: 'api',
    delayMs: 3_000,
  });
  const carrier = openCarrier({ databaseUrl, redisUrl }, 'background', () => {});
  await addJobs(carrier, run.open ? [run.open] : []);
  await carrier.close();
  return run.id;
}
