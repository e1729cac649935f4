import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataSampleBytes, dataSampleFileName } from '#samples/parquet.js';
import type { Inbox } from '../helpers/inbox.js';
import { count, listRuns, waitUntilQuiet } from '../helpers/ledger.js';
import { carriers, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';

const rowsPerFile = 1914;
const countRows = 'SELECT count(*) FROM dwh.data_sample';
/** The whole day over the database; over Redis, where the loading is the same, a part of it. */
const fileCounts = { postgres: 1440, redis: 240 } as const;

for (const carrier of carriers) {
  const files = fileCounts[carrier];
  test(`${files} files with ${files * rowsPerFile} rows load in batches; again under other names all are duplicates (${carrier})`, (t) =>
    withPlatform(
      t,
      carrier,
      { workers: 2, env: { BATCH_FILES: String(files / 4) } },
      async ({ inbox, pool, start }) => {
        const day = Array.from({ length: files }, (_, minute) =>
          dataSampleBytes({ minute: minuteOf(minute), seed: 1, rows: rowsPerFile }),
        );
        await writeDay(inbox, '2023', day, 'colons');
        const began = performance.now();
        await start();
        await waitUntilQuiet(pool, files, { deadlineMs: 240_000 });
        const seconds = (performance.now() - began) / 1000;
        t.diagnostic(`${files} files, ${files * rowsPerFile} rows from start to loaded in ${seconds.toFixed(1)} s`);
        assert.equal(await count(pool, countRows), files * rowsPerFile);
        const runs = (await listRuns(pool)).length;

        await writeDay(inbox, 'again', day, 'underscores');
        await waitUntilQuiet(pool, 2 * files, { deadlineMs: 120_000 });
        assert.equal(
          await count(pool, `SELECT count(*) FROM ops.file WHERE state = 'duplicate' AND path LIKE 'again/%'`),
          files,
        );
        assert.equal(await count(pool, countRows), files * rowsPerFile);
        assert.equal((await listRuns(pool)).length, runs);

        const changed = dataSampleBytes({ minute: minuteOf(5), seed: 2, rows: 1000 });
        await inbox.moveIn(`2023/${dataSampleFileName(minuteOf(5), 'colons')}`, changed);
        await inbox.moveIn(`again/${dataSampleFileName(minuteOf(5), 'underscores')}`, changed);
        const total = (files - 1) * rowsPerFile + 1000;
        await waitUntilQuiet(pool, 2 * files, { also: async () => (await count(pool, countRows)) === total });
        assert.equal(await count(pool, 'SELECT count(DISTINCT create_at) FROM dwh.data_sample'), files);
        await assertTruth(pool);
      },
    ));
}

const minuteOf = (minute: number): Date => new Date(Date.UTC(2023, 0, 1) + minute * 60_000);

async function writeDay(
  inbox: Inbox,
  folder: string,
  day: readonly Uint8Array[],
  style: 'colons' | 'underscores',
): Promise<void> {
  for (const [minute, bytes] of day.entries()) {
    await inbox.write(`${folder}/${dataSampleFileName(minuteOf(minute), style)}`, bytes);
  }
}
