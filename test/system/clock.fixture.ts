import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { lockTable, waitForStuckRun } from '../helpers/block.js';
import { clockMissing, openClock, type TestClock } from '../helpers/clock.js';
import { makeDay } from '../helpers/days.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listRuns, waitForState, waitUntilQuiet } from '../helpers/ledger.js';
import { withOwnPostgres } from '../helpers/own-postgres.js';
import { type CarrierKind, type Platform, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

const hour = 3_600;
const jumps = { back: -hour, forward: hour } as const;

let clock: TestClock | undefined;
let closeServer: (() => Promise<void>) | undefined;

// One server whose clock can be set, for all tests of this file: to make one takes longer than a test.
before(async () => {
  clock = await openClock();
  if (!clock) return;
  const { env } = clock;
  await new Promise<void>((ready, failed) => {
    const over = withOwnPostgres(
      ({ superuserUrl }) =>
        new Promise<void>((close) => {
          process.env['TEST_DATABASE_SERVER'] = superuserUrl;
          closeServer = async () => {
            close();
            await over;
          };
          ready();
        }),
      env,
    );
    over.catch(failed);
  });
});

after(async () => {
  await closeServer?.();
  await clock?.close();
});

/** Runs a test with a platform whose clock can be set: the database's alone, or that of its processes, too. */
async function withClock(
  t: TestContext,
  whose: 'database' | 'machine',
  carrier: CarrierKind,
  work: (platform: Platform, setClock: (seconds: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  const { env, set } = clock ?? {};
  if (!set) return t.skip(clockMissing);
  await set(0);
  const processes = whose === 'machine' ? env : undefined;
  await withPlatform(
    t,
    carrier,
    // Redis keeps its clock: its allocator and libfaketime do not go together.
    { workers: 2, env: { SETTLE_MS: '800', ...processes } },
    (platform) =>
      work(platform, async (seconds) => {
        const databaseTime = () => count(platform.pool, 'SELECT extract(epoch FROM clock_timestamp())');
        const earlier = await databaseTime();
        await set(seconds);
        await waitFor('the clock is set', async () =>
          Math.abs((await databaseTime()) - earlier) > hour / 2 ? true : undefined,
        );
      }),
  );
}

/** The tests of one carrier: a file each, since each of them takes some seconds of many processes. */
export function testClocks(carrier: CarrierKind): void {
  for (const whose of ['database', 'machine'] as const) {
    for (const [way, seconds] of Object.entries(jumps)) {
      test(`files settle, and a killed worker's run is taken over, when the ${whose}'s clock jumps ${way} by an hour (${carrier})`, (t) =>
        withClock(t, whose, carrier, async (platform, setClock) => {
          const { inbox, pool, databaseUrl } = platform;
          await makeDay(pool, '2023-01-02');
          const lock = await lockTable(databaseUrl, 'dwh.data_sample_20230102');
          await inbox.write('stuck.parquet', sampleParquet(24 * 60));
          await platform.start();
          const session = await waitForStuckRun(pool);
          await inbox.write('before.parquet', sampleParquet(1));
          await waitForState(pool, 'before.parquet', 'arriving');
          await setClock(seconds);
          await inbox.write('after.parquet', sampleParquet(2));
          await killHolder(platform, session.run);
          await waitForStuckRun(pool, [session]);
          await lock.release();
          await waitUntilQuiet(pool, 3, { deadlineMs: 90_000 });
          assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 75);
          await assertTruth(pool);
        }));

      test(`a run that waits for its next try is tried, when the ${whose}'s clock jumps ${way} by an hour (${carrier})`, (t) =>
        withClock(t, whose, carrier, async ({ inbox, pool, start }, setClock) => {
          await makeDay(pool, '2023-01-01');
          await pool.query('ALTER TABLE dwh.data_sample RENAME TO away');
          await inbox.write('a.parquet', sampleParquet(1));
          await start();
          await waitFor('the run waits for its next try', async () =>
            (await listRuns(pool)).find((run) => run.state === 'delayed'),
          );
          await setClock(seconds);
          await pool.query('ALTER TABLE dwh.away RENAME TO data_sample');
          await waitUntilQuiet(pool, 1, { deadlineMs: 90_000 });
          assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 25);
          await assertTruth(pool);
        }));
    }
  }
}

async function killHolder(platform: Platform, run: string): Promise<void> {
  const { rows } = await platform.pool.query<{ pid: number }>(
    'SELECT w.pid FROM ops.attempt a JOIN ops.worker w ON w.id = a.worker_id WHERE a.run_id = $1 ORDER BY a.number DESC LIMIT 1',
    [run],
  );
  const holder = (['worker-1', 'worker-2'] as const).find((name) => platform.process(name).pid === rows[0]?.pid);
  assert.ok(holder, 'a worker holds the run');
  await platform.end(holder, 'SIGKILL');
}
