import assert from 'node:assert/strict';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type pg from 'pg';
import { PHOTOS, unlessPresent, YUNET_PATH } from '#faces/testing/shared.js';
import { sampleParquet } from '../../../test/helpers/inbox.js';
import { count, listRuns } from '../../../test/helpers/ledger.js';
import { type TaskRunner, withTaskRunner } from '../../../test/helpers/task-runner.js';
import { assertTruth } from '../../../test/helpers/truth.js';
import { cutBatches, planWave, type Wave } from './plan.js';
import { scopeOf, targetOf } from './target.js';

const load = 'load-data-sample';
const columns = 'department_name, sensor_serial, create_at, product_name, product_expire, file_id, ordinal';
const day = 24 * 60;
const minutes = [0, 1, day - 1, day, day + 1];
const pathOf = (minute: number): string =>
  `${new Date(Date.UTC(2023, 0, 1) + minute * 60_000).toISOString().slice(0, 19).replace('T', ' ')}.parquet`;

type Loaded = TaskRunner & { readonly ids: readonly string[]; readonly all: readonly unknown[] };

/** Three files of the first day and two of the second, loaded, and the star after them. */
async function withLoaded(work: (runner: Loaded) => Promise<void>, star = false): Promise<void> {
  await withTaskRunner({ star }, async (runner) => {
    const ids: string[] = [];
    for (const minute of minutes) ids.push(await runner.drop('data-sample', pathOf(minute), sampleParquet(minute)));
    assert.equal((await runner.run(load, { files: ids })).state, 'succeeded');
    await work({ ...runner, ids, all: await rowsOf(runner.pool) });
  });
}

async function rowsOf(pool: pg.Pool, table = 'dwh.data_sample'): Promise<unknown[]> {
  return (await pool.query(`SELECT ${columns} FROM ${table} ORDER BY file_id, ordinal`)).rows;
}

const counts = (output: Readonly<Record<string, unknown>> | null, ...names: string[]): unknown[] =>
  names.map((name) => output?.[name]);

test('what a scope means', () => {
  assert.deepEqual(scopeOf('all'), { kind: 'all' });
  assert.deepEqual(scopeOf('2023-01-31'), { kind: 'day', day: '2023-01-31' });
  assert.deepEqual(scopeOf('2023-02-31'), { kind: 'prefix', prefix: '2023-02-31' });
  assert.deepEqual(scopeOf('2023-01-31*'), { kind: 'prefix', prefix: '2023-01-31' });
  assert.deepEqual(scopeOf('2023-01'), { kind: 'prefix', prefix: '2023-01' });
});

test('batches are as full as the source has them, and the last one waits for what follows', () => {
  const file = { size: 10n, alone: false };
  const cut = (number: number, isLast: boolean) => {
    const { batches, left } = cutBatches(Array(number).fill(file), { files: 3, bytes: 25 }, isLast);
    return [batches.map((each) => each.length), left.length];
  };
  assert.deepEqual(cut(5, true), [[2, 2, 1], 0]);
  assert.deepEqual(cut(5, false), [[2, 2], 1]);
  const alone = cutBatches([file, { ...file, alone: true }, file], { files: 3, bytes: 100 }, true);
  assert.deepEqual(
    alone.batches.map((each) => each.length),
    [1, 1, 1],
  );
});

test('waves take each file once, in full batches but for the last, whatever is missing in between', () =>
  withTaskRunner({}, async ({ drop, pool, deps }) => {
    const { inboxDir } = deps.services;
    const names = Array.from({ length: 26 }, (_, n) => `${String.fromCharCode(97 + n)}.parquet`);
    const ids = new Map<string, string>();
    for (const name of names) ids.set(name, await drop('data-sample', name, Buffer.from(name)));
    await pool.query(`UPDATE ops.file SET state = 'loaded', rows = 0`);
    await pool.query(`UPDATE ops.file SET alone = true WHERE path = 'p.parquet'`);
    const gone = ['c', 'd', 'e', 'f', 'g', 'h', 'z'].map((name) => `${name}.parquet`);
    for (const name of gone) await rm(join(inboxDir, name));
    const found = targetOf(deps.catalogue, 'data-sample', 'all');
    const source = { ...found.task.source, batch: { files: 3, bytes: 1_000 } };
    const target = { ...found, task: { ...found.task, source } };
    const waves: Wave[] = [];
    for (let after: string | null = ''; after !== null; after = waves.at(-1)?.next ?? null) {
      waves.push(await planWave({ pool, inboxDir, signal: deps.stop }, target, after, 6));
      assert.ok(waves.length < 20, 'the waves go on');
    }
    const batches = waves.flatMap((wave) => wave.batches);
    assert.deepEqual(
      batches.flat(),
      names.filter((name) => !gone.includes(name)).map((name) => ids.get(name)),
    );
    assert.deepEqual(
      waves.flatMap((wave) => wave.missing),
      gone,
    );
    // a b (the wave had no more), i to o, p by itself, q to y.
    assert.deepEqual(
      batches.map((batch) => batch.length),
      [2, 3, 3, 1, 1, 3, 3, 3],
    );
  }));

for (const star of [false, true]) {
  test(`after TRUNCATE all rows are back, once${star ? ', in the star as well' : ''}`, () =>
    withLoaded(async ({ run, pool, all }) => {
      await pool.query('TRUNCATE dwh.data_sample');
      const ended = await run('data-pipeline', { scope: 'all' });
      assert.deepEqual(
        [ended.state, ...counts(ended.output, 'files', 'loaded', 'rows', 'removedRows', 'strays', 'batches')],
        ['succeeded', 5, 5, 125, 0, 0, 1],
      );
      assert.deepEqual(await rowsOf(pool), all);
      if (star) assert.deepEqual(await rowsOf(pool, 'dwh.data_sample_star'), all);
      await assertTruth(pool);
    }, star));
}

for (const scope of ['2023-01-01', '2023-01-01*', '2023-01-01 0']) {
  test(`rows that were deleted by hand are back after "${scope}", and other days are left alone`, () =>
    withLoaded(async ({ run, pool, all }) => {
      await pool.query(`DELETE FROM dwh.data_sample WHERE create_at::date = '2023-01-01'`);
      const others = 'SELECT max(xmin::text::bigint) FROM dwh.data_sample WHERE create_at >= $1::date';
      const before = await count(pool, others, ['2023-01-02']);
      const ended = await run('data-pipeline', { scope });
      const expected = scope === '2023-01-01 0' ? 2 : 3;
      assert.deepEqual(counts(ended.output, 'files', 'loaded', 'rows'), [expected, expected, expected * 25]);
      assert.equal(await count(pool, others, ['2023-01-02']), before);
      if (expected === 3) assert.deepEqual(await rowsOf(pool), all);
    }));
}

test('a day comes back whose files were loaded before the ledger kept their times', () =>
  withLoaded(async ({ run, pool, all }) => {
    await pool.query('UPDATE ops.file SET rows_from = NULL, rows_to = NULL');
    await pool.query(`DELETE FROM dwh.data_sample WHERE create_at::date = '2023-01-01'`);
    const ended = await run('data-pipeline', { scope: '2023-01-01' });
    assert.deepEqual(counts(ended.output, 'files', 'loaded'), [3, 3]);
    assert.deepEqual(await rowsOf(pool), all);
  }));

const strayRows = {
  'of no file': `INSERT INTO dwh.data_sample SELECT department_name, sensor_serial, create_at, product_name, product_expire, 999, ordinal FROM dwh.data_sample LIMIT 7`,
  doubled: `INSERT INTO dwh.data_sample SELECT * FROM dwh.data_sample LIMIT 7`,
} as const;
for (const [what, sql] of Object.entries(strayRows)) {
  test(`rows ${what} go, with the whole table and with their day`, () =>
    withLoaded(async ({ run, pool, all }) => {
      for (const scope of ['all', '2023-01-01']) {
        await pool.query(sql);
        const { output } = await run('data-pipeline', { scope });
        assert.deepEqual(await rowsOf(pool), all);
        const [strays, removed, written] = counts(output, 'strays', 'removedRows', 'rows');
        assert.equal(Number(strays) + Number(removed) - Number(written), 7);
      }
    }));
}

test('a file that is no longer in the inbox keeps its rows, once, and is named', () =>
  withLoaded(async ({ run, pool, all, deps }) => {
    await rm(join(deps.services.inboxDir, pathOf(1)));
    await pool.query(`${strayRows.doubled.replace(' LIMIT 7', '')} WHERE create_at = '2023-01-01 00:01:00'`);
    const { state, output } = await run('data-pipeline', { scope: 'all' });
    assert.equal(state, 'succeeded');
    assert.deepEqual(counts(output, 'files', 'loaded', 'missing', 'strays', 'missingPaths'), [
      ...[5, 4, 1, 25],
      [pathOf(1)],
    ]);
    assert.deepEqual(await rowsOf(pool), all);
    const logged = `SELECT count(*) FROM ops.log WHERE message LIKE '%is not in the inbox%' AND message LIKE $1`;
    assert.equal(await count(pool, logged, [`${pathOf(1)}%`]), 1);
  }));

test('bytes that were moved within the inbox are loaded from where they are, when their rows were removed', () =>
  withLoaded(async ({ run, pool, deps, enter }) => {
    const { inboxDir } = deps.services;
    await rename(join(inboxDir, pathOf(1)), join(inboxDir, 'moved.parquet'));
    const moved = await enter('data-sample', 'moved.parquet');
    await run(load, { files: [moved] });
    const whole = await run('data-pipeline', { scope: 'all' });
    assert.deepEqual(counts(whole.output, 'files', 'loaded', 'missing'), [4, 4, 0], 'whole rows stay with their file');
    await pool.query('TRUNCATE dwh.data_sample');
    const ended = await run('data-pipeline', { scope: 'all' });
    assert.deepEqual(counts(ended.output, 'loaded', 'rows', 'missing'), [5, 125, 0]);
    assert.equal(await count(pool, 'SELECT count(DISTINCT (file_id, ordinal)) FROM dwh.data_sample'), 125);
    await assertTruth(pool);
  }));

test('quarantined files and duplicates without a twin are loaded as well; what is bad stays quarantined', () =>
  withLoaded(async ({ run, drop, pool }) => {
    const bad = await drop('data-sample', '2023-01-01 bad.parquet', Buffer.from('no parquet'));
    await run(load, { files: [bad] });
    const good = await drop('data-sample', '2023-01-01 good.parquet', sampleParquet(7));
    await run(load, { files: [good] });
    await pool.query(`UPDATE ops.file SET state = 'quarantined', code = 'failed', rows = NULL WHERE id = $1`, [good]);
    const { output, state } = await run('data-pipeline', { scope: '2023-01-01' });
    assert.equal(state, 'succeeded');
    assert.deepEqual(
      counts(output, 'files', 'loaded', 'quarantined', 'rows', 'strays'),
      [5, 4, 1, 100, 25],
      'and rows of before go',
    );
    assert.equal(await count(pool, 'SELECT count(DISTINCT (file_id, ordinal)) FROM dwh.data_sample'), 150);
    assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 150);
  }));

test('a batch that did not load fails the pipeline, leaves its files their rows, and the rest is done', () =>
  withLoaded(async ({ run, pool, all }) => {
    await pool.query(strayRows['of no file']);
    await pool.query(`CREATE FUNCTION stop_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      NEW.state = 'cancelled'; NEW.ended_at = now(); RETURN NEW; END $$`);
    await pool.query(`CREATE TRIGGER stop_it BEFORE INSERT ON ops.run FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL)
      EXECUTE FUNCTION stop_it()`);
    const { state, error, output } = await run('data-pipeline', { scope: 'all' });
    assert.equal(state, 'failed');
    assert.match(error?.message ?? '', /1 of 1 batches failed, each run says why/);
    assert.deepEqual(counts(output, 'files', 'loaded', 'failedBatches', 'strays'), [5, 0, 1, 7]);
    assert.deepEqual(await rowsOf(pool), all);
  }));

test('a file with a newer version on its way is left to that', () =>
  withLoaded(async ({ run, drop, pool }) => {
    await drop('data-sample', pathOf(1), sampleParquet(1, { rows: 7 }));
    const { output } = await run('data-pipeline', { scope: 'all' });
    assert.deepEqual(counts(output, 'files', 'loaded', 'skipped'), [4, 4, 1]);
    assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 125);
  }));

test('a source that is not known, and a day of one whose rows belong to none, are refused before anything runs', () =>
  withLoaded(async ({ start, pool }) => {
    await assert.rejects(
      start('data-pipeline', { scope: 'all', source: 'weather' }),
      /source .*"weather"; there are .*data-sample/,
    );
    await assert.rejects(
      start('data-pipeline', { scope: '2023-01-01', source: 'objects-detection' }),
      /belong to days, got objects-detection; .* write "2023-01-01\*"/,
    );
    assert.equal((await listRuns(pool)).length, 1, 'nothing was recorded');
  }));

test('rows of JSON events come back in the same way', () =>
  withTaskRunner({ star: false }, async ({ run, drop, pool }) => {
    const events = JSON.stringify([{ vehicle_id: 'a', report_time: '2024-01-01T00:00:00Z', status: 'driving' }]);
    const id = await drop('vehicle-status', 'vehicles_status_1.json', Buffer.from(events));
    assert.equal((await run('load-vehicle-status', { files: [id] })).output?.['rows'], 1);
    await pool.query('TRUNCATE fleet.vehicle_status');
    const { output } = await run('data-pipeline', { scope: 'vehicles_', source: 'vehicle-status' });
    assert.deepEqual(counts(output, 'loaded', 'rows'), [1, 1]);
    await assertTruth(pool);
  }));

const photos = ['azure_detection6.jpg', 'azure_dog.jpg'];
test(
  'images that were removed by hand come back on the day of their import, with their faces',
  { skip: unlessPresent(YUNET_PATH, ...photos.map((name) => join(PHOTOS, name))) },
  () =>
    withTaskRunner({ faceModel: YUNET_PATH }, async ({ run, drop, pool }) => {
      const files: string[] = [];
      for (const name of photos) files.push(await drop('images', name, await readFile(join(PHOTOS, name))));
      await pool.query(`UPDATE ops.file SET seen_at = '2022-07-10 01:10:00+00'`);
      await run('detect-faces', { files });
      const layers = async (): Promise<unknown[]> => {
        const tables = ['ods.image', 'dwd.image', 'dwd.face'];
        return await Promise.all(
          tables.map(async (table) => (await pool.query(`SELECT * FROM ${table} t ORDER BY t::text`)).rows),
        );
      };
      const before = await layers();
      for (const scope of ['2022-07-10', 'all']) {
        await pool.query(scope === 'all' ? 'TRUNCATE dwd.image, dwd.face' : 'DELETE FROM dwd.image');
        const { output } = await run('data-pipeline', { scope, source: 'images' });
        assert.deepEqual(counts(output, 'files', 'loaded', 'strays'), [2, 2, 0]);
        assert.deepEqual(await layers(), before);
      }
      assert.deepEqual(
        counts((await run('data-pipeline', { scope: '2022-07-11', source: 'images' })).output, 'files'),
        [0],
      );
      await assertTruth(pool);
    }),
);
