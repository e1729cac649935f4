import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeSamples } from '#samples/write-samples.js';
import { listFiles, waitUntilQuiet } from '../helpers/ledger.js';
import { withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';

test('every variant of the sample files loads, with the rows that were put into it', (t) =>
  withPlatform(t, 'postgres', {}, async ({ inbox, pool, start }) => {
    const samples = await writeSamples(inbox.dir, { images: 20, parquet: 9, json: 60 });
    await start();
    await waitUntilQuiet(pool, samples.length, { deadlineMs: 60_000 });
    const files = new Map((await listFiles(pool)).map((file) => [file.path, file]));
    for (const { path, expectedRows } of samples) {
      const file = files.get(path);
      assert.equal(file?.state, 'loaded', `${path}: ${file?.reason}`);
      if (expectedRows !== undefined) assert.equal(file.rows, expectedRows, path);
    }
    await assertTruth(pool);
  }));
