import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApi } from './api-fixture.js';
import { seedImage } from './api-images-fixture.js';

interface ByteClass {
  readonly from: number;
  readonly to: number | null;
  readonly pictures: number;
}

test('images are counted by the bytes of their files, in classes with round bounds, and each is a point', () =>
  withApi(async ({ ask, pool }) => {
    const sizes = [40_000, 49_999, 50_000, 99_999];
    const ids: string[] = [];
    for (const [n, bytes] of sizes.entries()) {
      ids.push(await seedImage(pool, { name: `${n}`, bytes, faces: n, ...(n === 3 && { model: 'old' }) }));
    }
    const { status, body } = await ask('/api/images/sizes');
    assert.equal(status, 200);
    const { sample, byBytes, ...totals } = body;
    assert.deepEqual(totals, { pictures: 4, bytes: 239_998, minBytes: 40_000, maxBytes: 99_999 });
    assert.deepEqual(byBytes, [
      { from: 40_000, to: 50_000, pictures: 2 },
      { from: 50_000, to: 63_000, pictures: 1 },
      { from: 63_000, to: 80_000, pictures: 0 },
      { from: 80_000, to: 100_000, pictures: 1 },
    ]);
    assert.deepEqual(
      sample,
      ids.map((fileId, n) => ({ fileId, filename: `${n}`, width: 612, height: 408, bytes: sizes[n], faceNo: n })),
    );
    const filtered = (await ask('/api/images/sizes?model=old')).body;
    assert.deepEqual([filtered.pictures, filtered.sample.length, filtered.minBytes], [1, 1, 99_999]);
    assert.deepEqual((await ask('/api/images/sizes?minFaces=100')).body, {
      pictures: 0,
      bytes: 0,
      minBytes: null,
      maxBytes: null,
      byBytes: [],
      sample: [],
    });
    assert.equal((await ask('/api/images/sizes?sort=name')).status, 422);
  }));

test('files of all sizes are in at most 32 classes, each in one, and those beyond all bounds in the last', () =>
  withApi(async ({ ask, pool }) => {
    const sizes = [1, 999, 1_000, 1_250, 61_000, 7_999_999, 999_999_999, 1_000_000_000, 5_000_000_000];
    for (const [n, bytes] of sizes.entries()) await seedImage(pool, { name: `${n}`, bytes });
    const { byBytes }: { byBytes: ByteClass[] } = (await ask('/api/images/sizes')).body;
    assert.ok(byBytes.length <= 32, `${byBytes.length}`);
    for (const [n, { from, to, pictures }] of byBytes.entries()) {
      assert.equal(byBytes[n + 1]?.from ?? null, to);
      const inside = sizes.filter((bytes) => bytes >= from && (to === null || bytes < to));
      assert.equal(pictures, inside.length, `${from} to ${to}`);
    }
    assert.deepEqual(byBytes.at(0), { from: 0, to: 1_000, pictures: 2 });
    assert.deepEqual(byBytes.at(-1), { from: 1_000_000_000, to: null, pictures: 2 });
  }));

test('of more images than a chart can show there is a sample, the same each time, and the true number', () =>
  withApi(async ({ ask, pool }) => {
    await seedImage(pool, { name: 'first' });
    await pool.query(
      `INSERT INTO ops.file (source, path, size, mtime_ns, state, sha256, rows, seen_at, settled_at, ended_at)
       SELECT 'images', n || '.jpg', 1000 + n, n, 'loaded', md5(n::text) || md5('-' || n), 1, '2026-11-20', now(), now()
       FROM generate_series(1, 5000) n`,
    );
    await pool.query(
      `INSERT INTO dwd.image SELECT id, '2026-11-20', path, '', '', 612, 408, 1, 'jpeg', 'new', 0.7 FROM ops.file
       WHERE NOT EXISTS (SELECT FROM dwd.image i WHERE i.file_id = id)`,
    );
    const { body } = await ask('/api/images/sizes');
    assert.deepEqual([body.pictures, body.sample.length], [5001, 2000]);
    const ids: number[] = body.sample.map(({ fileId }: { fileId: string }) => Number(fileId));
    assert.deepEqual(
      ids,
      [...new Set(ids)].sort((one, other) => one - other),
    );
    const inFirstHalf = ids.filter((id) => id <= 2500).length;
    assert.ok(inFirstHalf > 850 && inFirstHalf < 1150, `from all over the table: ${inFirstHalf} in its first half`);
    assert.deepEqual((await ask('/api/images/sizes')).body.sample, body.sample);
  }));
