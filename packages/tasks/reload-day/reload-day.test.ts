import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { sampleParquet } from '../../../test/helpers/inbox.js';
import { count, listRuns } from '../../../test/helpers/ledger.js';
import { type TaskRunner, withTaskRunner } from '../../../test/helpers/task-runner.js';

const source = 'data-sample';
const load = 'load-data-sample';
const allRows = 'SELECT count(*) FROM dwh.data_sample';
const day = 24 * 60;
const oldest = `SELECT min(xmin::text::bigint) FROM dwh.data_sample WHERE create_at`;

/** Three files of the first day and one of the second, loaded. */
async function withLoaded(
  work: (runner: TaskRunner & { readonly ids: readonly string[] }) => Promise<void>,
): Promise<void> {
  await withTaskRunner({ star: false }, async (runner) => {
    const ids: string[] = [];
    for (const minute of [0, 1, day - 1, day]) {
      ids.push(await runner.drop(source, `${minute}.parquet`, sampleParquet(minute)));
    }
    assert.equal((await runner.run(load, { files: ids })).state, 'succeeded');
    await work({ ...runner, ids });
  });
}

/** Counts rows again and again while `work` goes on; what was seen, each number once. */
async function countsDuring(pool: pg.Pool, work: () => Promise<unknown>): Promise<{ seen: number[]; looks: number }> {
  const seen = new Set<number>();
  let looks = 0;
  let isOver = false;
  const reader = (async () => {
    while (!isOver) {
      seen.add(await count(pool, allRows));
      looks += 1;
    }
  })();
  try {
    await work();
  } finally {
    isOver = true;
    await reader;
  }
  return { seen: [...seen], looks };
}

test('a day is loaded once more in one run, its rows are new, and other days are left alone', async () => {
  await withLoaded(async ({ run, pool }) => {
    const before = await count(pool, `${oldest} < '2023-01-02'`);
    const otherDay = await count(pool, `${oldest} >= '2023-01-02'`);
    const ended = await run('reload-day', { source, day: '2023-01-01' });
    assert.deepEqual(ended.output, { files: 3, loaded: 3, rows: 75, skipped: 0 });
    assert.ok((await count(pool, `${oldest} < '2023-01-02'`)) > before);
    assert.equal(await count(pool, `${oldest} >= '2023-01-02'`), otherDay);
    assert.equal(await count(pool, allRows), 100);
    assert.equal(await count(pool, 'SELECT count(DISTINCT (file_id, ordinal)) FROM dwh.data_sample'), 100);
    assert.deepEqual(
      (await listRuns(pool)).map((each) => `${each.task} ${each.state}`),
      ['load-data-sample succeeded', 'reload-day succeeded', 'load-data-sample succeeded'],
    );
  });
});

test('readers see all rows all the time while a day, and while one file, is loaded once more', async () => {
  await withLoaded(async ({ run, pool, ids }) => {
    const ofDay = await countsDuring(pool, () => run('reload-day', { source, day: '2023-01-01' }));
    const ofFile = await countsDuring(pool, () => run(load, { files: ids.slice(0, 1) }));
    assert.deepEqual([ofDay.seen, ofFile.seen], [[100], [100]]);
    assert.ok(
      ofDay.looks > 5 && ofFile.looks > 2,
      `${ofDay.looks} and ${ofFile.looks} looks are too few to conclude from`,
    );
  });
});

test('a day without rows is reloaded at once, with nothing to do', async () => {
  await withLoaded(async ({ run, pool }) => {
    const ended = await run('reload-day', { source, day: '2022-12-31' });
    assert.deepEqual([ended.state, ended.output], ['succeeded', { files: 0, loaded: 0, rows: 0, skipped: 0 }]);
    assert.equal((await listRuns(pool)).length, 2, 'nothing was invoked');
  });
});

test('a file with a newer version on its way is left to that, and the rest of its day is reloaded', async () => {
  await withLoaded(async ({ run, drop, pool }) => {
    await drop(source, '1.parquet', sampleParquet(1, { rows: 7 }));
    const ended = await run('reload-day', { source, day: '2023-01-01' });
    assert.deepEqual(ended.output, { files: 3, loaded: 2, rows: 50, skipped: 1 });
    assert.equal(await count(pool, allRows), 100);
  });
});

test('what is no day, and a source whose rows belong to none, are refused with words', async () => {
  await withLoaded(async ({ run, start }) => {
    await assert.rejects(start('reload-day', { source, day: '2023-02-30' }), /day/);
    await assert.rejects(start('reload-day', { source, day: '2023-01-01T00:00' }), /day/);
    const failed = await run('reload-day', { source: 'objects-detection', day: '2023-01-01' });
    assert.match(
      failed.error?.message ?? '',
      /expected a source whose rows belong to days, got "objects-detection"; there are images, data-sample/,
    );
  });
});
