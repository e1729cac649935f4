import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { dataSampleBytes } from '#samples/parquet.js';
import { count, listRuns, waitUntilQuiet } from '../helpers/ledger.js';
import { carriers, type Platform, type ProcessName, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

const rowsPerFile = 1914;
const kills = 6;
const filesOfWave = 20;
/** Loads may be over before they are seen under way; this number of waves without six kills means that none ever is. */
const maxWaves = 60;

for (const carrier of carriers) {
  test(`with every process killed again and again while files load, each row is there once (${carrier})`, (t) =>
    withPlatform(t, carrier, { workers: 2, env: { BATCH_FILES: '15' } }, async (platform) => {
      const { inbox, pool, crash } = platform;
      let files = 0;
      const sendWave = async (): Promise<void> => {
        for (const end = files + filesOfWave; files < end; files += 1) {
          const bytes = dataSampleBytes({ minute: new Date(Date.UTC(2023, 0, 1) + files * 60_000), seed: 3 });
          await inbox.write(`${files % 7}/${files}.parquet`, bytes);
        }
      };
      await sendWave();
      await platform.start();
      let killed = 0;
      while (killed < kills) {
        assert.ok(files < maxWaves * filesOfWave, `only ${killed} kills hit a load`);
        await sendWave();
        const victim = await nextVictim(platform, files);
        if (!victim) continue;
        await crash(victim);
        killed += 1;
        if (killed % 3 === 1) await crash('watcher');
        if (killed === 2) await flush(platform);
      }
      await waitUntilQuiet(pool, files, { deadlineMs: 90_000 });
      assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), files * rowsPerFile);
      assert.equal(
        await count(pool, 'SELECT count(DISTINCT (file_id, ordinal)) FROM dwh.data_sample'),
        files * rowsPerFile,
      );
      const runs = await listRuns(pool);
      assert.deepEqual(new Set(runs.map((run) => run.state)), new Set(['succeeded']));
      const lost = runs.reduce((sum, run) => sum + run.losses, 0);
      t.diagnostic(`${files} files, ${killed} workers killed, ${lost} attempts lost`);
      assert.ok(lost > 0, 'no kill hit a load');
      await assertTruth(pool);
    }));
}

const workers = ['worker-1', 'worker-2'] as const;

/** The worker of a run whose rows are being written at this moment; undefined when all is done. */
async function nextVictim({ pool, process }: Platform, files: number): Promise<ProcessName | undefined> {
  const found = await waitFor('a run writes rows, or all files are loaded', async () => {
    const { rows } = await pool.query<{ pid: number }>(
      `SELECT w.pid FROM pg_stat_activity s
       JOIN ops.run r ON s.application_name = 'millrace run ' || r.id
       JOIN ops.attempt a ON a.run_id = r.id AND a.number = r.attempt
       JOIN ops.worker w ON w.id = a.worker_id
       WHERE s.datname = current_database() AND s.query LIKE 'COPY%'`,
    );
    // The session of a worker that was killed a moment ago may still be there.
    const victim = workers.find((name) => rows.some(({ pid }) => pid === process(name).pid));
    if (victim) return { victim };
    const loaded = await count(pool, `SELECT count(*) FROM ops.file WHERE state = 'loaded'`);
    return loaded === files ? { victim } : undefined;
  });
  return found.victim;
}

async function flush({ redisUrl }: Platform): Promise<void> {
  if (redisUrl === undefined) return;
  const redis = new Redis(redisUrl);
  await redis.flushall();
  redis.disconnect();
}
