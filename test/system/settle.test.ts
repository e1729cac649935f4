import assert from 'node:assert/strict';
import { appendFile, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { lockTable, waitForStuckRun } from '../helpers/block.js';
import { makeDay } from '../helpers/days.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listFiles, listRuns, waitForState, waitUntilQuiet } from '../helpers/ledger.js';
import { withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

const allRows = 'SELECT count(*) FROM dwh.data_sample';

test('a file that is written in slow pieces stays arriving until it is whole, and is loaded once', (t) =>
  withPlatform(
    t,
    'postgres',
    { env: { SETTLE_MS: '1500', SCAN_INTERVAL_MS: '2000' } },
    async ({ inbox, pool, start }) => {
      const bytes = sampleParquet(0, { rows: 1000 });
      const pieces = 12;
      const cut = (piece: number): number => Math.floor((bytes.length * piece) / pieces);
      await start();
      await inbox.write('slow.parquet', '');
      for (let piece = 0; piece < pieces; piece += 1) {
        await appendFile(inbox.at('slow.parquet'), bytes.subarray(cut(piece), cut(piece + 1)));
        // The next piece comes as soon as the ledger has seen this one, well before the file counts as standing still.
        const file = await waitFor('the growth is noted', async () => {
          const { rows } = await pool.query<{ state: string }>(`SELECT state FROM ops.file WHERE size = $1`, [
            cut(piece + 1),
          ]);
          return rows[0];
        });
        assert.equal(file.state, 'arriving');
      }
      assert.equal((await listRuns(pool)).length, 0, 'nothing was read of the unfinished file');
      await waitUntilQuiet(pool, 1);
      assert.equal(await count(pool, allRows), 1000);
      assert.equal((await listFiles(pool)).length, 1, 'it is one version');
      await assertTruth(pool);
    },
  ));

test('a file that stood still half-written is quarantined, and loaded when its rest comes', (t) =>
  withPlatform(t, 'postgres', {}, async ({ inbox, pool, start }) => {
    const bytes = sampleParquet(0);
    await start();
    await inbox.write('cut.parquet', bytes.subarray(0, bytes.length / 2));
    const cut = await waitForState(pool, 'cut.parquet', 'quarantined');
    assert.match(cut.reason ?? '', /cut off.*copy the file again/);
    await appendFile(inbox.at('cut.parquet'), bytes.subarray(bytes.length / 2));
    await waitForState(pool, 'cut.parquet', 'loaded');
    await waitUntilQuiet(pool, 1);
    assert.deepEqual(
      (await listFiles(pool)).map((file) => file.state),
      ['superseded', 'loaded'],
    );
    assert.equal(await count(pool, allRows), 25);
    await assertTruth(pool);
  }));

test('files that are rewritten, replaced or taken away while they are loaded never end half-loaded', (t) =>
  withPlatform(t, 'postgres', { env: { LOAD_MEMORY_MB: '1' } }, async ({ inbox, pool, databaseUrl, start }) => {
    await makeDay(pool, '2023-01-02');
    const lock = await lockTable(databaseUrl, 'dwh.data_sample_20230102');
    const secondDay = 24 * 60;
    // Small files are read before their turn; too large for that are only opened, and these are too large to be held.
    const large = { rows: 160_000 };
    for (const [name, bytes] of Object.entries({
      '1 good': sampleParquet(1),
      '2 rewritten': sampleParquet(secondDay, large),
      '3 replaced': sampleParquet(3, large),
      '4 gone': sampleParquet(4, large),
      '5 good': sampleParquet(5),
    })) {
      await inbox.write(`${name}.parquet`, bytes);
    }
    await start();
    await waitForStuckRun(pool);
    await inbox.write('2 rewritten.parquet', sampleParquet(secondDay + 1, { rows: 31 }));
    await inbox.moveIn('3 replaced.parquet', sampleParquet(33, { rows: 32 }));
    await rm(inbox.at('4 gone.parquet'));
    await lock.release();
    await waitForState(pool, '4 gone.parquet', 'quarantined');
    await waitForState(pool, '3 replaced.parquet', 'loaded');
    await waitForState(pool, '2 rewritten.parquet', 'loaded');
    await waitUntilQuiet(pool, 5);
    const current = (await listFiles(pool)).filter((file) => file.current);
    assert.deepEqual(
      current.map((file) => [file.path, file.state, file.rows]),
      [
        ['1 good.parquet', 'loaded', 25],
        ['2 rewritten.parquet', 'loaded', 31],
        ['3 replaced.parquet', 'loaded', 32],
        ['4 gone.parquet', 'quarantined', null],
        ['5 good.parquet', 'loaded', 25],
      ],
    );
    const { rows: outcomes } = await pool.query<{ outcome: string }>(
      `SELECT outcome FROM ops.run_file WHERE run_id = (SELECT min(id::text)::uuid FROM ops.run) ORDER BY ordinal`,
    );
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome),
      ['loaded', 'changed', 'changed', 'changed', 'loaded'],
      'nothing is taken for the version that was hashed but that version',
    );
    assert.match(current[3]?.reason ?? '', /gone from the inbox.*put it back/);
    await assertTruth(pool);

    await inbox.write('4 gone.parquet', sampleParquet(4));
    await waitForState(pool, '4 gone.parquet', 'loaded');
  }));
