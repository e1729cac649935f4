import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { definition } from '#tasks/load-data-sample/definition.js';
import { startRun } from '#runtime/start-run.js';
import { openCarrier } from '#queue/carrier.js';
import { addJobs } from '#queue/jobs.js';
import { lockTable, waitForStuckRun } from '../helpers/block.js';
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
          const lock = await lockAfterFirstDay(platform);
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
          assert.deepEqual((['watcher', 'worker-1', 'worker-2'] as const).map((name) => process(name).pid), pids);
        });
      });
    } finally {
      await redis?.stop();
    }
  });
}

test('FLUSHALL in the middle of a load, with queued and delayed runs, loses none of them', (t) =>
  withPlatform(t, 'redis', { env: { BATCH_FILES: '5' } }, async (platform) => {
    const { inbox, pool } = platform;
    await inbox.write('first.parquet', sampleParquet(900));
    await platform.start();
    await waitUntilQuiet(pool, 1);
    const lock = await lockAfterFirstDay(platform);
    for (let minute = 0; minute < 20; minute += 1) {
      await inbox.write(`${minute}.parquet`, sampleParquet(minute + (minute % 2) * 24 * 60));
    }
    await waitForStuckRun(pool);
    await waitFor('runs wait behind it', async () => (await listRuns(pool)).find((run) => run.state === 'queued'));
    const delayed = await startDelayed(platform);

    const redis = new Redis(platform.redisUrl ?? '');
    await redis.flushall();
    redis.disconnect();
    assert.equal(await count(pool, `SELECT count(*) FROM ops.run WHERE id = $1 AND state = 'delayed'`, [delayed]), 1);
    await lock.release();

    await waitUntilQuiet(pool, 21);
    assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 21 * 25);
    assert.deepEqual(new Set((await listRuns(pool)).map((run) => run.state)), new Set(['succeeded']));
    await assertTruth(pool);
  }));

/** Makes a load get stuck at its first row of 2 January. */
async function lockAfterFirstDay({ pool, databaseUrl }: Platform) {
  await pool.query(`SELECT dwh.ensure_data_sample_day('2023-01-02')`);
  return await lockTable(databaseUrl, 'dwh.data_sample_20230102');
}

/** Asks for the loaded file once more, some seconds later. */
async function startDelayed({ pool, databaseUrl, redisUrl }: Platform): Promise<string> {
  const files = (await listFiles(pool)).filter((file) => file.state === 'loaded').map((file) => file.id);
  const run = await startRun(pool, definition, { input: { files }, trigger: 'api', delayMs: 3_000 });
  const carrier = openCarrier({ databaseUrl, redisUrl }, 'background', () => {});
  await addJobs(carrier, run.open ? [run.open] : []);
  await carrier.close();
  return run.id;
}
