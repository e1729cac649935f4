import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { datasetsOf, loadCatalogue } from '#catalogue/catalogue.js';
import { ensureDatasets } from '#database/datasets/tables.js';
import { definition } from '#tasks/data-pipeline/definition.js';
import { lockTable, waitForStuckRun } from '../helpers/block.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listRuns, waitUntilQuiet } from '../helpers/ledger.js';
import { carriers, type Platform, withPlatform } from '../helpers/platform.js';
import { startTask } from '../helpers/start-task.js';
import { waitFor } from '../helpers/wait.js';

const tasksDir = fileURLToPath(new URL('pipeline-tasks', import.meta.url));
const allRows = 'SELECT count(*) FROM dwh.readings';
const rowsOnce = 'SELECT count(DISTINCT (file_id, ordinal)) FROM dwh.readings';
const minutesOfDay = 24 * 60;

/** Eight files of the first day, three of the second: four batches. */
const minutes = [0, 1, 2, 3, 4, 5, 6, 7, minutesOfDay, minutesOfDay + 1, minutesOfDay + 2];
const pathOf = (minute: number): string => `readings/${minute < minutesOfDay ? 'first' : 'second'} ${minute}.parquet`;

const start = (platform: Platform, scope: string): Promise<string> =>
  loadCatalogue([tasksDir]).then((catalogue) =>
    startTask(platform, definition, { scope, source: 'readings' }, catalogue),
  );

async function waitForEnd(pool: pg.Pool, id: string): Promise<Readonly<Record<string, number>> | null> {
  const run = await waitFor(
    'the pipeline has ended',
    async () => (await listRuns(pool)).find((each) => each.id === id && ['succeeded', 'failed'].includes(each.state)),
    { deadlineMs: 60_000, show: async () => JSON.stringify(await listRuns(pool)) },
  );
  assert.equal(run.state, 'succeeded', run.error?.message);
  return run.output;
}

/** What a reader finds who asks again and again until `work` has ended: how many rows, each number once. */
async function countsDuring(pool: pg.Pool, work: () => Promise<unknown>): Promise<number[]> {
  const seen = new Set<number>();
  const end = new AbortController();
  const reader = (async () => {
    while (!end.signal.aborted) seen.add(await count(pool, allRows));
  })();
  await work().finally(() => end.abort());
  await reader;
  return [...seen];
}

for (const carrier of carriers) {
  test(`a dataset is cleared and loaded: no reader sees a gap, and no death, other pipeline or new file disturbs it (${carrier})`, (t) =>
    withPlatform(t, carrier, { workers: 2, env: { TASKS_DIR: tasksDir } }, async (platform) => {
      const { inbox, pool, databaseUrl, crash } = platform;
      await ensureDatasets(databaseUrl, datasetsOf(await loadCatalogue([tasksDir])));
      for (const minute of minutes) await inbox.write(pathOf(minute), sampleParquet(minute));
      await platform.start();
      await waitUntilQuiet(pool, minutes.length);

      for (const [scope, files, batches] of [
        ['all', 11, 4],
        ['2023-01-01', 8, 3],
        ['second', 3, 1],
      ] as const) {
        const seen = await countsDuring(pool, async () => {
          const output = await waitForEnd(pool, await start(platform, scope));
          assert.deepEqual(
            [output?.['loaded'], output?.['removedRows'], output?.['batches']],
            [files, files * 25, batches],
          );
        });
        assert.deepEqual(seen, [275], `readers of ${scope}`);
      }

      await pool.query('TRUNCATE dwh.readings');
      const lock = await lockTable(databaseUrl, 'dwh.readings', 'SHARE');
      const runs = [await start(platform, 'all'), await start(platform, '2023-01-01')];
      const stuck = await waitForStuckRun(pool);
      await inbox.write(pathOf(9), sampleParquet(9));
      await crash('worker-1');
      await crash('worker-2');
      await waitForStuckRun(pool, [stuck]);
      await lock.release();
      for (const run of runs) await waitForEnd(pool, run);
      await waitUntilQuiet(pool, minutes.length + 1);
      assert.equal(await count(pool, allRows), 300);
      assert.equal(await count(pool, rowsOnce), 300);
      assert.ok(
        (await listRuns(pool)).some((run) => run.losses > 0),
        'a worker died in the middle',
      );
    }));
}
