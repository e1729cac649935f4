import assert from 'node:assert/strict';
import { rename, rm, utimes } from 'node:fs/promises';
import { test } from 'node:test';
import { replayFile } from '#database/ledger/replay.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listFiles, listRuns, statesByPath, waitForState, waitUntilQuiet } from '../helpers/ledger.js';
import { carriers, type Platform, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

const allRows = 'SELECT count(*) FROM dwh.data_sample';
const rowsOf = `SELECT count(*) FROM dwh.data_sample s JOIN ops.file f ON f.id = s.file_id WHERE f.path = $1`;

for (const carrier of carriers) {
  test(`60 files make 3 batches; the same bytes again make no run and no row; changed content replaces its rows (${carrier})`, (t) =>
    withPlatform(t, carrier, { env: { BATCH_FILES: '20' } }, async ({ inbox, pool, start }) => {
      for (let minute = 0; minute < 60; minute += 1) await inbox.write(`a/${minute}.parquet`, sampleParquet(minute));
      await start();
      await waitUntilQuiet(pool, 60);
      const runs = await listRuns(pool);
      assert.deepEqual(
        runs.map((run) => [run.state, run.output?.['loaded']]),
        [20, 20, 20].map((files) => ['succeeded', files]),
      );
      assert.equal(await count(pool, allRows), 60 * 25);

      for (let minute = 0; minute < 60; minute += 1)
        await inbox.write(`b/again ${minute}.parquet`, sampleParquet(minute));
      await waitUntilQuiet(pool, 120);
      const again = (await listFiles(pool)).filter((file) => file.path.startsWith('b/'));
      assert.deepEqual(new Set(again.map((file) => file.state)), new Set(['duplicate']));
      assert.match(again[0]?.reason ?? '', /same bytes are loaded from a\/\d+\.parquet/);
      assert.equal(await count(pool, allRows), 60 * 25);
      assert.equal((await listRuns(pool)).length, 3, 'no run was made for duplicates');

      await rm(inbox.at('b/again 7.parquet'));
      await inbox.write('a/7.parquet', sampleParquet(7, { rows: 40, seed: 8 }));
      await waitForVersion({ pool }, 'a/7.parquet', 2, 'loaded');
      assert.equal(await count(pool, allRows), 60 * 25 + 15);
      assert.equal(await count(pool, rowsOf, ['a/7.parquet']), 40);
      const versions = (await listFiles(pool)).filter((file) => file.path === 'a/7.parquet');
      assert.deepEqual(
        versions.map((file) => [file.version, file.state, file.current]),
        [
          [1, 'superseded', false],
          [2, 'loaded', true],
        ],
      );
    }));
}

test('a file that is touched, and one that goes from S1 to S2 and back, keep exactly the rows of their content', (t) =>
  withPlatform(t, 'postgres', {}, async (platform) => {
    const { inbox, pool, start } = platform;
    const [one, two] = [sampleParquet(1), sampleParquet(2, { rows: 30 })];
    await inbox.write('a.parquet', one);
    await start();
    await waitUntilQuiet(pool, 1);

    const before = await mtimeOf(platform, 'a.parquet');
    await utimes(inbox.at('a.parquet'), new Date(), new Date());
    await waitFor('the new mtime is noted', async () =>
      (await mtimeOf(platform, 'a.parquet')) === before ? undefined : true,
    );
    await waitUntilQuiet(pool, 1);
    assert.equal((await listRuns(pool)).length, 1, 'a touch makes no run');
    assert.equal((await listFiles(pool)).length, 1, 'a touch makes no version');

    await inbox.write('a.parquet', two);
    await waitForVersion(platform, 'a.parquet', 2, 'loaded');
    assert.equal(await count(pool, allRows), 30);
    await inbox.write('a.parquet', one);
    await waitForVersion(platform, 'a.parquet', 3, 'loaded');
    await waitUntilQuiet(pool, 1);
    assert.equal(await count(pool, allRows), 25);
    await assertTruth(pool);
  }));

test('of two equal files that arrive together one is loaded and the other is its duplicate', (t) =>
  withPlatform(t, 'postgres', {}, async ({ inbox, pool, start }) => {
    await inbox.write('x/twin.parquet', sampleParquet(5));
    await inbox.write('y/twin.parquet', sampleParquet(5));
    await start();
    await waitUntilQuiet(pool, 2);
    assert.deepEqual(Object.values(await statesByPath(pool)).sort(), ['duplicate', 'loaded']);
    assert.equal(await count(pool, allRows), 25);
    await assertTruth(pool);
  }));

test('a file changed into the bytes of another loses its old rows and becomes a duplicate', (t) =>
  withPlatform(t, 'postgres', {}, async (platform) => {
    const { inbox, pool, start } = platform;
    await inbox.write('a.parquet', sampleParquet(1));
    await inbox.write('b.parquet', sampleParquet(2, { rows: 30 }));
    await start();
    await waitUntilQuiet(pool, 2);
    await inbox.write('a.parquet', sampleParquet(2, { rows: 30 }));
    await waitForVersion(platform, 'a.parquet', 2, 'duplicate');
    await waitUntilQuiet(pool, 2);
    assert.equal(await count(pool, allRows), 30);
    await assertTruth(pool);
  }));

test('a copy stays a duplicate when its original gets new content, and a replay loads it', (t) =>
  withPlatform(t, 'postgres', {}, async (platform) => {
    const { inbox, pool, start } = platform;
    await inbox.write('a.parquet', sampleParquet(1));
    await start();
    await waitUntilQuiet(pool, 1);
    await inbox.write('b.parquet', sampleParquet(1));
    await waitForState(pool, 'b.parquet', 'duplicate');
    await inbox.write('a.parquet', sampleParquet(2, { rows: 30 }));
    await waitForVersion(platform, 'a.parquet', 2, 'loaded');
    await waitUntilQuiet(pool, 2);
    assert.equal(await count(pool, allRows), 30);
    const { rows } = await pool.query(`SELECT id, state, reason FROM ops.file WHERE path = 'b.parquet'`);
    assert.equal(rows[0].state, 'duplicate');
    assert.match(rows[0].reason, /replay this file/);
    await replayFile(pool, rows[0].id);
    await waitForState(pool, 'b.parquet', 'loaded');
    await waitUntilQuiet(pool, 2);
    assert.equal(await count(pool, allRows), 55);
    await assertTruth(pool);
  }));

test('a file that was moved keeps its rows when its old name gets new content', (t) =>
  withPlatform(t, 'postgres', {}, async (platform) => {
    const { inbox, pool, start } = platform;
    await inbox.write('current.parquet', sampleParquet(1));
    await start();
    await waitUntilQuiet(pool, 1);
    await rename(inbox.at('current.parquet'), inbox.at('2023-01-01.parquet'));
    await waitForState(pool, '2023-01-01.parquet', 'duplicate');
    await inbox.write('current.parquet', sampleParquet(2, { rows: 30 }));
    await waitForVersion(platform, 'current.parquet', 2, 'loaded');
    await waitForState(pool, '2023-01-01.parquet', 'loaded');
    await waitUntilQuiet(pool, 2);
    assert.equal(await count(pool, allRows), 55);
    await assertTruth(pool);
  }));

test('two files that swap their contents in one moment both keep their rows', (t) =>
  withPlatform(t, 'postgres', {}, async (platform) => {
    const { inbox, pool, start, end } = platform;
    await inbox.write('a.parquet', sampleParquet(1));
    await inbox.write('b.parquet', sampleParquet(2, { rows: 30 }));
    await start();
    await waitUntilQuiet(pool, 2);
    // While nobody looks, so that both changes are seen together.
    await end('watcher', 'SIGKILL');
    await rename(inbox.at('a.parquet'), inbox.at('.a'));
    await rename(inbox.at('b.parquet'), inbox.at('a.parquet'));
    await rename(inbox.at('.a'), inbox.at('b.parquet'));
    await utimes(inbox.at('a.parquet'), new Date(), new Date());
    await utimes(inbox.at('b.parquet'), new Date(), new Date());
    await start('watcher');
    for (const path of ['a.parquet', 'b.parquet']) await waitForVersion(platform, path, 2, 'loaded');
    await waitUntilQuiet(pool, 2);
    assert.equal(await count(pool, allRows), 55);
    assert.equal(await count(pool, rowsOf, ['a.parquet']), 30);
    await assertTruth(pool);
  }));

async function mtimeOf({ pool }: Platform, path: string): Promise<string> {
  const { rows } = await pool.query<{ mtime_ns: string }>('SELECT mtime_ns FROM ops.file WHERE path = $1 AND current', [
    path,
  ]);
  return rows[0]?.mtime_ns ?? '';
}

async function waitForVersion(
  { pool }: Pick<Platform, 'pool'>,
  path: string,
  version: number,
  state: string,
): Promise<void> {
  await waitFor(
    `version ${version} of ${path} is ${state}`,
    async () =>
      (await listFiles(pool)).find((file) => file.path === path && file.version === version && file.state === state),
    { show: async () => JSON.stringify(await listFiles(pool)) },
  );
}
