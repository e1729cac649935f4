import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { withEmptyDatabase } from '../../../test/helpers/database.js';
import { count } from '../../../test/helpers/ledger.js';
import { applyMigrations } from '../migrations/apply.js';
import { listMigrationNames, migrationsFolder } from '../migrations/folder.js';

const partitioned = '20261122000000_images_by_import_date';

test('images from before the partitions keep their rows, under the day on which their file was first seen', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-migrations-'));
  const bring = (names: readonly string[]): Promise<unknown> =>
    Promise.all(names.map((name) => cp(join(migrationsFolder, name), join(folder, name), { recursive: true })));
  try {
    const names = await listMigrationNames(migrationsFolder);
    await withEmptyDatabase(async (url, pool) => {
      await bring(names.slice(0, names.indexOf(partitioned)));
      await applyMigrations(url, folder);
      await pool.query(
        `INSERT INTO ops.file (source, path, size, mtime_ns, sha256, state, seen_at)
         SELECT 'images', n || '.jpg', 1, 1, repeat(n::text, 64), 'loaded', timestamptz '2026-11-18 23:59:59+00' + n * interval '1 hour'
         FROM generate_series(0, 2) n`,
      );
      await pool.query(`INSERT INTO ods.image SELECT id, '2026-11-20', path, '{"face_no": 2}' FROM ops.file`);
      await pool.query(
        `INSERT INTO dwd.image SELECT id, '2026-11-20', path, repeat('0', 32), 612, 408, 2, 'jpeg', 'm' FROM ops.file`,
      );
      await pool.query('INSERT INTO dwd.face SELECT id, n, 1, 1, 1, 1, 0.9 FROM ops.file, generate_series(0, 1) n');

      await bring(names.slice(names.indexOf(partitioned)));
      await applyMigrations(url, folder);
      const { rows } = await pool.query(
        `SELECT tableoid::regclass::text AS partition, filename, left(sha256, 2) AS sha256, face_no, threshold FROM dwd.image
         ORDER BY filename`,
      );
      const common = { face_no: 2, threshold: 0.7 };
      assert.deepEqual(rows, [
        { partition: 'dwd.image_20261118', filename: '0.jpg', sha256: '00', ...common },
        { partition: 'dwd.image_20261119', filename: '1.jpg', sha256: '11', ...common },
        { partition: 'dwd.image_20261119', filename: '2.jpg', sha256: '22', ...common },
      ]);
      const alike = `SELECT count(*) FROM ods.image o JOIN dwd.image d USING (file_id, imp_date)
        JOIN dwd.face f USING (file_id, imp_date) WHERE o.record = '{"face_no": 2}' AND f.landmarks = '{}'`;
      assert.equal(await count(pool, alike), 6);
      await pool.query(`DELETE FROM dwd.image WHERE filename = '1.jpg'`);
      assert.equal(await count(pool, 'SELECT count(*) FROM dwd.face'), 4);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
