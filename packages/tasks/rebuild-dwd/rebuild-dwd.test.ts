import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { coverImageDays } from '#database/images/days.js';
import { type ImageRow, removeImages, writeImages } from '#database/images/rows.js';
import { transaction } from '#database/pool.js';
import { count } from '../../../test/helpers/ledger.js';
import { withTaskRunner } from '../../../test/helpers/task-runner.js';

const day = '2022-07-10';

const image = (fileId: bigint, faces: number, model = 'model@1'): ImageRow => ({
  fileId,
  importDate: day,
  name: `1000${fileId}`,
  md5: 'd'.repeat(32),
  sha256: 'e'.repeat(64),
  ...{ width: 612, height: 408, format: 'jpeg', model, threshold: 0.625 },
  faces: Array.from({ length: faces }, (_, n) => ({
    ...{ x: n + 0.5, y: 2, width: 30, height: 40, score: 0.9 },
    landmarks: { nose: [n + 15.5, 22] as const },
  })),
});

/** Files of that day in the ledger, loaded, with their rows. */
async function load(pool: pg.Pool, images: readonly ImageRow[]): Promise<void> {
  await coverImageDays(pool, [day]);
  await pool.query(
    `INSERT INTO ops.file (id, source, path, size, mtime_ns, sha256, state, seen_at)
     SELECT id, 'images', id || '.jpg', 1, 1, md5(id::text), 'loaded', $2 FROM unnest($1::bigint[]) AS f (id)`,
    [images.map(({ fileId }) => fileId), `${day} 01:10:00+00`],
  );
  await transaction(pool, (tx) => writeImages(tx, images));
}

const dwd = async (pool: pg.Pool): Promise<unknown[]> => [
  (await pool.query('SELECT * FROM dwd.image ORDER BY file_id')).rows,
  (await pool.query('SELECT * FROM dwd.face ORDER BY file_id, ordinal')).rows,
];

test('a day whose rows were changed or removed by hand is as its records say, faces included', () =>
  withTaskRunner({}, async ({ run, pool }) => {
    await load(pool, [image(1n, 2), image(2n, 0), image(3n, 1)]);
    const before = await dwd(pool);
    await pool.query(`UPDATE dwd.image SET face_no = 9, model = 'somebody' WHERE file_id = 1`);
    await pool.query('DELETE FROM dwd.image WHERE file_id = 3');
    await pool.query('DELETE FROM dwd.face WHERE file_id = 1 AND ordinal = 1');
    await pool.query(`INSERT INTO dwd.image SELECT 99, imp_date, 'stray', md5, sha256, width, height, face_no, format, model, threshold
      FROM dwd.image WHERE file_id = 2`);
    const { output } = await run('rebuild-dwd', { impDate: day });
    assert.deepEqual(output, { images: 3, faces: 3, removed: 1, skipped: 0 });
    assert.deepEqual(await dwd(pool), before);
  }));

test('after TRUNCATE the day is back', () =>
  withTaskRunner({}, async ({ run, pool }) => {
    await load(pool, [image(1n, 2), image(2n, 0)]);
    const before = await dwd(pool);
    await pool.query('TRUNCATE dwd.image, dwd.face');
    await run('rebuild-dwd', { impDate: day });
    assert.deepEqual(await dwd(pool), before);
  }));

test('records of the first releases keep what dwd.image has besides, or are refused when that is gone', () =>
  withTaskRunner({}, async ({ run, pool }) => {
    await load(pool, [image(1n, 2)]);
    await pool.query(`UPDATE dwd.image SET sha256 = md5('1')`);
    const before = await dwd(pool);
    await pool.query(`UPDATE ods.image SET record = record - '{sha256,format,model,threshold,faces}'::text[]`);
    assert.deepEqual((await run('rebuild-dwd', { impDate: day })).output, {
      images: 1,
      faces: 0,
      removed: 0,
      skipped: 0,
    });
    assert.deepEqual(await dwd(pool), before, 'the SHA-256 is that of the ledger');
    await pool.query('TRUNCATE dwd.image, dwd.face');
    const failed = await run('rebuild-dwd', { impDate: day });
    assert.match(failed.error?.message ?? '', /1 records of 2022-07-10 lack .* 10001; .*reload-day/);
  }));

test('an image that is loaded once more meanwhile stays as that load wrote it; no reader sees a part of the day', () =>
  withTaskRunner({}, async ({ start, drain, pool }) => {
    await load(pool, [image(1n, 2), image(2n, 1)]);
    await start('rebuild-dwd', { impDate: day });
    const client = await pool.connect();
    await client.query('BEGIN');
    await removeImages(client, [1n]);
    await writeImages(client, [image(1n, 5, 'model@2')]);
    const rebuilt = drain();
    for (;;) {
      const waits = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      if ((await count(pool, waits)) > 0) break;
    }
    assert.deepEqual((await pool.query('SELECT face_no FROM dwd.image ORDER BY file_id')).rows, [
      { face_no: 2 },
      { face_no: 1 },
    ]);
    await client.query('COMMIT');
    client.release();
    await rebuilt;
    const { rows } = await pool.query('SELECT face_no, model FROM dwd.image ORDER BY file_id');
    assert.deepEqual(rows, [
      { face_no: 5, model: 'model@2' },
      { face_no: 1, model: 'model@1' },
    ]);
    assert.equal(await count(pool, 'SELECT count(*) FROM dwd.face'), 6);
  }));

test('a day without records has nothing to do, and gets no partition', () =>
  withTaskRunner({}, async ({ run, pool }) => {
    const { output } = await run('rebuild-dwd', { impDate: '1999-12-31' });
    assert.deepEqual(output, { images: 0, faces: 0, removed: 0, skipped: 0 });
    assert.equal(await count(pool, `SELECT count(*) FROM pg_inherits WHERE inhparent = 'dwd.image'::regclass`), 0);
  }));
