import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lockTable } from '../helpers/block.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listFiles, listRuns, waitForState, waitUntilQuiet } from '../helpers/ledger.js';
import { carriers, type Platform, type ProcessName, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

/** Longer than it takes until a reserve knows that the leader hangs, on a machine that is busy with other things. */
const takeover = { deadlineMs: 90_000 };

const says = ({ process }: Platform, name: ProcessName, what: RegExp): Promise<string> =>
  waitFor(
    `${name} says ${what}`,
    async () =>
      process(name)
        .lines()
        .findLast((line) => what.test(line)),
    takeover,
  );

for (const carrier of carriers) {
  test(`a reserve takes over from a watcher that hangs, which stands back when it wakes up and may lead again (${carrier})`, (t) =>
    withPlatform(t, carrier, {}, async (platform) => {
      const { inbox, pool, start, process, end } = platform;
      await inbox.write('first.parquet', sampleParquet(1));
      await start();
      await waitUntilQuiet(pool, 1, takeover);
      await start('watcher-2');
      await says(platform, 'watcher-2', /another watcher has the lease of this database/);

      process('watcher').signal('SIGSTOP');
      await inbox.write('second.parquet', sampleParquet(2));
      await waitForState(pool, 'second.parquet', 'loaded', takeover);

      process('watcher').signal('SIGCONT');
      await says(platform, 'watcher', /another watcher has the lease of this database/);
      await inbox.write('third.parquet', sampleParquet(3));
      await waitUntilQuiet(pool, 3, takeover);

      await end('watcher-2', 'SIGKILL');
      await inbox.write('fourth.parquet', sampleParquet(4));
      await waitUntilQuiet(pool, 4, takeover);
      assert.deepEqual(
        (await listFiles(pool)).map(({ path, version, state }) => [path, version, state]),
        ['first', 'fourth', 'second', 'third'].map((name) => [`${name}.parquet`, 1, 'loaded']),
      );
      assert.equal((await listRuns(pool)).length, 4, 'each file was given to one run');
      assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 100);
      await assertTruth(pool);
    }));
}

test('a watcher that hangs in the middle of writing the ledger holds up nobody, and writes nothing when it wakes up', (t) =>
  withPlatform(t, 'postgres', {}, async (platform) => {
    const { inbox, pool, databaseUrl, start, process } = platform;
    await start();
    await start('watcher-2');
    await says(platform, 'watcher-2', /another watcher has the lease of this database/);
    // It waits for the lock inside of a transaction that has written already.
    const lock = await lockTable(databaseUrl, 'ops.run_file');
    await inbox.write('first.parquet', sampleParquet(1));
    const stuck = await waitFor('it dispatches', async () => {
      const { rows } = await pool.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
           AND application_name LIKE 'millrace watcher%'`,
      );
      return rows[0];
    });
    process('watcher').signal('SIGSTOP');
    await lock.release();
    await waitUntilQuiet(pool, 1, takeover);
    assert.equal(await count(pool, 'SELECT count(*) FROM pg_stat_activity WHERE pid = $1', [stuck.pid]), 0);
    process('watcher').signal('SIGCONT');
    await says(platform, 'watcher', /another watcher has the lease of this database/);
    await inbox.write('second.parquet', sampleParquet(2));
    await waitUntilQuiet(pool, 2, takeover);
    assert.equal((await listRuns(pool)).length, 2);
    assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 50);
    await assertTruth(pool);
  }));
