import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeDay } from '../helpers/days.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listRuns, waitUntilQuiet } from '../helpers/ledger.js';
import { carriers, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

for (const carrier of carriers) {
  test(`a passing fault is tried again after a while, each try on record, and then succeeds (${carrier})`, (t) =>
    withPlatform(t, carrier, {}, async ({ inbox, pool, start }) => {
      await makeDay(pool, '2023-01-01');
      await pool.query('ALTER TABLE dwh.data_sample RENAME TO away');
      for (let minute = 0; minute < 3; minute += 1) await inbox.write(`${minute}.parquet`, sampleParquet(minute));
      await start();
      const waiting = await waitFor('the run waits for its next try', async () =>
        (await listRuns(pool)).find((run) => run.state === 'delayed'),
      );
      assert.deepEqual([waiting.attempts, waiting.failures, waiting.losses], [['failed'], 1, 0]);
      assert.match(waiting.error?.message ?? '', /dwh\.data_sample.* does not exist/);
      await pool.query('ALTER TABLE dwh.away RENAME TO data_sample');
      await waitUntilQuiet(pool, 3);
      const [run] = await listRuns(pool);
      assert.deepEqual([run?.state, run?.attempts, run?.error], ['succeeded', ['failed', 'succeeded'], null]);
      const pause = `SELECT extract(epoch FROM b.started_at - a.ended_at) * 1000 FROM ops.attempt a
        JOIN ops.attempt b ON b.number = 2 WHERE a.number = 1`;
      assert.ok((await count(pool, pause)) >= 1_000, 'the second try waits for half of 2 s at least');
      assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 75);
      await assertTruth(pool);
    }));
}
