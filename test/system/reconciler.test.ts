import { test } from 'node:test';
import { transaction } from '#database/pool.js';
import { newRunId, recordRun } from '#database/runs/record-run.js';
import { lockTable } from '../helpers/block.js';
import { count, listRuns } from '../helpers/ledger.js';
import { carriers, withPlatform } from '../helpers/platform.js';
import { waitFor } from '../helpers/wait.js';

for (const carrier of carriers) {
  test(`a worker that hangs while it looks for runs without a job keeps no other from doing so (${carrier})`, (t) =>
    withPlatform(t, carrier, { workers: 2 }, async (platform) => {
      const { pool, databaseUrl, start, process } = platform;
      await start('worker-1');
      const lock = await lockTable(databaseUrl, 'ops.run');
      await waitFor('it looks', async () =>
        (await count(
          pool,
          `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%ops.run%'`,
        )) > 0
          ? true
          : undefined,
      );
      process('worker-1').signal('SIGSTOP');
      await lock.release();
      await start('worker-2');
      await transaction(pool, (tx) =>
        recordRun(tx, newRunId(), {
          task: 'load-data-sample',
          queue: 'loads',
          trigger: 'api',
          input: { files: [] },
          priority: 0,
          maxAttempts: 1,
        }),
      );
      await waitFor(
        'a run whose job was never added ends',
        async () => (await listRuns(pool)).find((run) => run.state === 'succeeded' || run.state === 'failed'),
        { deadlineMs: 90_000 },
      );
    }));
}
