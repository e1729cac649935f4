import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { lockTable, type StuckSession, waitForStuckRun } from '../../../test/helpers/block.js';
import { sampleParquet } from '../../../test/helpers/inbox.js';
import { count, listRuns, waitUntilQuiet } from '../../../test/helpers/ledger.js';
import { carriers, withPlatform } from '../../../test/helpers/platform.js';
import { withTaskRunner } from '../../../test/helpers/task-runner.js';

const source = 'data-sample';
const table =
  'SELECT department_name, sensor_serial, create_at, product_name, product_expire, file_id, ordinal FROM dwh.data_sample';
const view = table.replace('data_sample', 'data_sample_star');

async function assertStarIsTable(pool: pg.Pool): Promise<void> {
  const differences = `SELECT count(*) FROM ((${table} EXCEPT ALL ${view}) UNION ALL (${view} EXCEPT ALL ${table})) d`;
  assert.equal(await count(pool, differences), 0, 'the view over the star is what the table is');
}

const tasksOf = async (pool: pg.Pool): Promise<string[]> =>
  (await listRuns(pool)).map(({ task, state }) => `${task} ${state}`);

test('loads are followed by one refresh, after which the star has their rows; a newer version is followed as well', async () => {
  await withTaskRunner({}, async ({ drop, start, drain, pool }) => {
    for (const minute of [1, 2]) {
      await start('load-data-sample', { files: [await drop(source, `${minute}.parquet`, sampleParquet(minute))] });
    }
    await drain();
    assert.deepEqual(await tasksOf(pool), [
      'load-data-sample succeeded',
      'load-data-sample succeeded',
      'refresh-star succeeded',
    ]);
    await assertStarIsTable(pool);
    assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample_star'), 50);

    const newer = await drop(source, '2.parquet', sampleParquet(2, { rows: 31, seed: 9 }));
    await start('load-data-sample', { files: [newer] });
    await drain();
    await assertStarIsTable(pool);
    const refreshed = (await listRuns(pool)).at(-1);
    assert.deepEqual(
      [refreshed?.task, refreshed?.output],
      ['refresh-star', { files: 1, rows: 31, removed: 1, left: 0 }],
    );
  });
});

test('a load that changes nothing is followed by nothing', async () => {
  await withTaskRunner({}, async ({ drop, run, pool }) => {
    const bad = await run('load-data-sample', {
      files: [await drop(source, 'bad.parquet', Buffer.from('no parquet'))],
    });
    assert.equal(bad.state, 'failed');
    assert.deepEqual(await tasksOf(pool), ['load-data-sample failed']);
  });
});

test('switched off, loads are followed by nothing, and the task can still be started by hand', async () => {
  await withTaskRunner({ star: false }, async ({ drop, run, pool }) => {
    await run('load-data-sample', { files: [await drop(source, '1.parquet', sampleParquet(1))] });
    assert.deepEqual(await tasksOf(pool), ['load-data-sample succeeded']);
    assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample_fact'), 0);
    assert.deepEqual((await run('refresh-star', { source })).output, { files: 1, rows: 25, removed: 0, left: 0 });
    await assertStarIsTable(pool);
  });
});

test('a source without a star, and one that is not known, fail with words and are not tried again', async () => {
  await withTaskRunner({}, async ({ run }) => {
    const failed = await run('refresh-star', { source: 'weather' });
    assert.equal(failed.state, 'failed');
    assert.equal(failed.attempt, 1);
    assert.match(failed.error?.message ?? '', /"weather"; there are .*data-sample/);
  });
});

for (const carrier of carriers) {
  test(`a worker killed in the middle of a refresh leaves no fact missing or doubled (${carrier})`, (t) =>
    withPlatform(t, carrier, { env: { STAR: 'on' } }, async ({ inbox, pool, databaseUrl, start, crash }) => {
      // Which files the star has is written last.
      const lock = await lockTable(databaseUrl, 'dwh.data_sample_fact_file', 'SHARE');
      for (let minute = 0; minute < 6; minute += 1) await inbox.write(`${minute}.parquet`, sampleParquet(minute));
      await start();
      const sessions: StuckSession[] = [await waitForStuckRun(pool)];
      for (let kill = 1; kill <= 2; kill += 1) {
        await crash('worker-1');
        sessions.push(await waitForStuckRun(pool, sessions));
      }
      await lock.release();
      await waitUntilQuiet(pool, 6);
      await assertStarIsTable(pool);
      assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample_star'), 6 * 25);
      const refresh = (await listRuns(pool)).find((run) => run.task === 'refresh-star');
      assert.deepEqual(refresh?.attempts, ['lost', 'lost', 'succeeded']);
    }));
}
