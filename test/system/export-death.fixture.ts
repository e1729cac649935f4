import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type Catalogue, loadCatalogue } from '#catalogue/catalogue.js';
import type { TaskDefinition } from '#contracts/task.js';
import { makeDay } from '../helpers/days.js';
import { askLake, lakeFiles, readManifest } from '../helpers/lake.js';
import { listRuns, type SeenRun } from '../helpers/ledger.js';
import { type CarrierKind, type Platform, withPlatform } from '../helpers/platform.js';
import { startTask } from '../helpers/start-task.js';
import { waitFor } from '../helpers/wait.js';
import { seedFile } from '../integration/api-fixture.js';

const days = 5;
const rowsOfDay = 15_000;
const dataset = 'dwd/data-sample';

/** Runs a test with workers, and rows of some days that have been exported as version 1 and are version 2 now. */
async function withExported(
  t: TestContext,
  carrier: CarrierKind,
  work: (platform: Platform, lake: string, start: () => Promise<string>) => Promise<void>,
): Promise<void> {
  const lake = mkdtempSync(join(tmpdir(), 'millrace-lake-'));
  t.after(() => rmSync(lake, { recursive: true }));
  const catalogue = await loadCatalogue();
  const task = catalogue.get('export');
  assert.ok(task);
  await withPlatform(t, carrier, { workers: 2, env: { LAKE_DIR: lake } }, async (platform) => {
    await loadRows(platform);
    await platform.start('worker-1');
    const start = () => startExport(platform, task, catalogue);
    await waitUntilEnded(platform, await start());
    assert.deepEqual(
      await stateOf(lake),
      Array.from({ length: days }, () => whole(1)),
    );
    // Another number of rows, so that no mixture of both would pass.
    await platform.pool.query("UPDATE dwh.data_sample SET product_name = 'version 2'");
    await platform.pool.query('DELETE FROM dwh.data_sample WHERE ordinal = 0');
    await work(platform, lake, start);
  });
}

const startExport = (platform: Platform, task: TaskDefinition, catalogue: Catalogue): Promise<string> =>
  startTask(platform, task, { dataset: 'data-sample', layers: ['dwd'] }, catalogue);

async function loadRows({ pool }: Platform): Promise<void> {
  for (let n = 1; n <= days; n += 1) {
    const day = `2023-01-0${n}`;
    await makeDay(pool, day);
    const id = await seedFile(pool, { path: `${day}.parquet`, source: 'data-sample', rows: rowsOfDay });
    await pool.query(
      `INSERT INTO dwh.data_sample (department_name, sensor_serial, create_at, product_name, file_id, ordinal)
       SELECT 'd' || n % 7, 's' || n, $1::timestamp + n * interval '1 second', 'version 1', $2, n
       FROM generate_series(0, $3::int - 1) n`,
      [day, id, rowsOfDay],
    );
  }
}

/** What a partition of a version has. */
const whole = (version: 1 | 2) => ({
  version: `version ${version}`,
  versions: '1',
  rows: String(version === 1 ? rowsOfDay : rowsOfDay - 1),
  sum: String((rowsOfDay * (rowsOfDay - 1)) / 2),
});

/** What an independent reader finds, by day. */
const stateOf = (lake: string): Promise<Record<string, unknown>[]> =>
  askLake(
    lake,
    dataset,
    `SELECT min(product_name) AS version, count(DISTINCT product_name) AS versions, count(*) AS rows, sum(ordinal) AS sum
     FROM lake GROUP BY imp_date ORDER BY imp_date`,
  );

const waitUntilEnded = ({ pool }: Platform, id: string): Promise<SeenRun> =>
  waitFor(
    'the run has succeeded',
    async () => (await listRuns(pool)).find((run) => run.id === id && run.state === 'succeeded'),
    { deadlineMs: 90_000, show: async () => JSON.stringify(await listRuns(pool)) },
  );

const isHidden = (path: string): boolean => path.endsWith('.tmp') && path.includes('imp_date');

/** Waits until a partition is being written that is none of those. @returns the path of its hidden file */
const waitUntilWriting = (lake: string, others: ReadonlySet<string>): Promise<string> =>
  waitFor('a partition is being written', async () =>
    lakeFiles(lake).find((path) => isHidden(path) && ![...others].some((other) => path.startsWith(other))),
  );

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

async function assertWritten(platform: Platform, lake: string, id: string): Promise<SeenRun> {
  const run = await waitUntilEnded(platform, id);
  assert.deepEqual(
    await stateOf(lake),
    Array.from({ length: days }, () => whole(2)),
  );
  const manifest = await readManifest(lake, dataset);
  assert.ok(Object.values(manifest).every(({ rows, runId }) => rows === rowsOfDay - 1 && runId === id));
  assert.deepEqual(lakeFiles(lake), [
    `${dataset}/_manifest.json`,
    ...Object.values(manifest).map(({ file }) => `${dataset}/${file}`),
  ]);
  return run;
}

/** The tests of one carrier: a file each, since each of them takes some seconds of many processes. */
export function testExports(carrier: CarrierKind): void {
  test(`kill -9 in mid-export: a reader finds whole partitions at each moment, and in the end each once (${carrier})`, (t) =>
    withExported(t, carrier, async (platform, lake, start) => {
      let over = false;
      const reading = (async () => {
        for (let looks = 0; ; looks += 1) {
          const isLast = over;
          const found = await stateOf(lake);
          assert.equal(found.length, days);
          for (const partition of found) {
            assert.deepEqual(partition, whole(partition['version'] === 'version 1' ? 1 : 2));
          }
          if (isLast) return looks;
          await pause(200);
        }
      })();
      reading.catch(() => {});
      const id = await start();
      const killed = new Set<string>();
      for (let kill = 1; kill <= 3; kill += 1) {
        killed.add(folderOf(await waitUntilWriting(lake, killed)));
        await platform.crash('worker-1');
      }
      const run = await assertWritten(platform, lake, id);
      over = true;
      assert.ok((await reading) > 3, 'it was read meanwhile');
      assert.deepEqual(run.attempts, ['lost', 'lost', 'lost', 'succeeded']);
      const { rows: steps } = await platform.pool.query(
        "SELECT key, attempt FROM ops.step WHERE run_id = $1 AND key <> 'dwd/days' ORDER BY key",
        [id],
      );
      assert.equal(steps.length, days);
      assert.ok(steps[0].attempt < steps[days - 1].attempt, 'what was written before a kill was not written again');
    }));

  test(`a worker that sleeps in mid-export and wakes up after another took over replaces nothing (${carrier})`, (t) =>
    withExported(t, carrier, async (platform, lake, start) => {
      const id = await start();
      await waitUntilWriting(lake, new Set());
      const sleeper = platform.process('worker-1');
      sleeper.signal('SIGSTOP');
      await platform.start('worker-2');
      const run = await assertWritten(platform, lake, id);
      assert.deepEqual(run.attempts, ['lost', 'succeeded']);
      const files = await readManifest(lake, dataset);
      sleeper.signal('SIGCONT');
      await waitFor('the sleeper says that it lost the run', async () =>
        sleeper.lines().find((line) => line.includes('no longer holds')),
      );
      assert.deepEqual(await readManifest(lake, dataset), files);
      await assertWritten(platform, lake, id);
    }));
}
