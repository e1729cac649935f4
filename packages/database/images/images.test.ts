import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transaction } from '#database/pool.js';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { count } from '../../../test/helpers/ledger.js';
import { coverImageDays } from './days.js';
import { type ImageRow, removeImages, writeImages } from './rows.js';

const image = (fileId: bigint, faces = 2, importDate = '2026-11-20'): ImageRow => ({
  fileId,
  importDate,
  name: `${fileId}`,
  md5: 'd'.repeat(32),
  sha256: 'e'.repeat(64),
  width: 612,
  height: 408,
  format: 'jpeg',
  model: 'model@1',
  threshold: 0.625,
  faces: Array.from({ length: faces }, (_, n) => ({
    x: n + 0.5,
    y: 2,
    width: 30,
    height: 40,
    score: 0.9,
    landmarks: { nose: [n + 15.5, 22] },
  })),
});

test('several that bring the first image of a day at once all get its partitions, and one set is made', () =>
  withTestDatabase(async ({ pool }) => {
    const days = ['2026-11-20', '2026-11-21', '2026-11-20'];
    await Promise.all(
      Array.from({ length: 6 }, (_, n) => coverImageDays(pool, n % 2 === 0 ? days : days.toReversed())),
    );
    await coverImageDays(pool, days);
    for (const table of ['ods.image', 'dwd.image', 'dwd.face']) {
      const { rows } = await pool.query<{ name: string; bounds: string; keys: number }>(
        `SELECT c.oid::regclass::text AS name, pg_get_expr(c.relpartbound, c.oid) AS bounds,
           (SELECT count(*)::int FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f') AS keys
         FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::regclass ORDER BY 1`,
        [table],
      );
      const keys = table === 'dwd.face' ? 1 : 0;
      assert.deepEqual(rows, [
        { name: `${table}_20261120`, bounds: "FOR VALUES FROM ('2026-11-20') TO ('2026-11-21')", keys },
        { name: `${table}_20261121`, bounds: "FOR VALUES FROM ('2026-11-21') TO ('2026-11-22')", keys },
      ]);
    }
  }));

test('a day gets its partitions while a load is under way, which sees them and goes on', () =>
  withTestDatabase(async ({ pool }) => {
    await coverImageDays(pool, ['2026-11-20']);
    await transaction(pool, async (tx) => {
      await tx.query(`SET LOCAL lock_timeout = '2s'`);
      await writeImages(tx, [image(1n)]);
      await coverImageDays(pool, ['2026-11-21']);
      await writeImages(tx, [image(2n, 1, '2026-11-21')]);
    });
    assert.equal(await count(pool, 'SELECT count(*) FROM dwd.face'), 3);
  }));

test('an image stands in both layers: the record as one value, its columns, and its faces with landmarks', () =>
  withTestDatabase(async ({ pool }) => {
    await coverImageDays(pool, ['2026-11-20']);
    await transaction(pool, (tx) => writeImages(tx, [image(1n, 2), image(2n, 0)]));
    const { rows: records } = await pool.query('SELECT file_id, imp_date::text, file_name, record FROM ods.image');
    const common = { md5: 'd'.repeat(32), width: 612, height: 408, sha256: 'e'.repeat(64), format: 'jpeg' };
    const counted = { model: 'model@1', threshold: 0.625 };
    assert.deepEqual(
      records.map(({ record }) => record),
      [image(1n, 2), image(2n, 0)].map(({ name, faces }) => ({
        file_name: name,
        face_no: faces.length,
        ...common,
        ...counted,
        faces,
      })),
    );
    const { rows } = await pool.query('SELECT *, imp_date::text FROM dwd.image ORDER BY file_id');
    const columns = { imp_date: '2026-11-20', ...common, ...counted };
    assert.deepEqual(rows, [
      { file_id: '1', filename: '1', face_no: 2, ...columns },
      { file_id: '2', filename: '2', face_no: 0, ...columns },
    ]);
    const { rows: faces } = await pool.query('SELECT *, imp_date::text FROM dwd.face ORDER BY ordinal');
    const box = { file_id: '1', imp_date: '2026-11-20', y: 2, width: 30, height: 40, score: 0.9 };
    assert.deepEqual(faces, [
      { ...box, ordinal: 0, x: 0.5, landmarks: { nose: [15.5, 22] } },
      { ...box, ordinal: 1, x: 1.5, landmarks: { nose: [16.5, 22] } },
    ]);
  }));

test('the rows of files are taken away with their faces, and only theirs', () =>
  withTestDatabase(async ({ pool }) => {
    const days = ['2026-11-20', '2026-11-21'];
    await pool.query(
      `INSERT INTO ops.file (path, size, mtime_ns, state, seen_at)
       SELECT 'file ' || nth, 1, 1, 'loaded', (day || 'T23:59:59Z')::timestamptz
       FROM unnest($1::text[]) WITH ORDINALITY AS seen (day, nth) ORDER BY nth`,
      [['2026-11-20', '2026-11-21', '2026-11-21']],
    );
    await coverImageDays(pool, days);
    await transaction(pool, async (tx) => {
      await writeImages(tx, [image(1n), image(2n, 2, '2026-11-21'), image(3n, 2, '2026-11-21')]);
      await removeImages(tx, [1n, 2n]);
    });
    for (const table of ['ods.image', 'dwd.image']) {
      assert.equal(await count(pool, `SELECT string_agg(file_id::text, ' ') FROM ${table}`), 3);
    }
    assert.equal(await count(pool, 'SELECT count(*) FROM dwd.face WHERE file_id = 3'), 2);
    assert.equal(await count(pool, 'SELECT count(*) FROM dwd.face'), 2);
  }));
