import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { builtInModels } from '#faces/model/folders.js';
import { PHOTOS, unlessPresent, YUNET_PATH } from '#faces/testing/shared.js';
import type { TestDatabase } from '#testing/database.js';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { count, listFiles, listRuns } from '../../../test/helpers/ledger.js';
import { openTaskRunner, type TaskRunner, withTaskRunner } from '../../../test/helpers/task-runner.js';

const source = 'images';
const task = 'detect-faces';
const photo = (name: string): Promise<Buffer> => readFile(join(PHOTOS, name));
const group = 'azure_faces.jpg';
const pair = 'azure_detection6.jpg';
const dog = 'azure_dog.jpg';
const skip = unlessPresent(YUNET_PATH, join(PHOTOS, group), join(PHOTOS, pair), join(PHOTOS, dog));

const withRunner = (work: (runner: TaskRunner) => Promise<void>): Promise<void> =>
  withTaskRunner({ faceModel: YUNET_PATH }, work);

interface Seen {
  readonly filename: string;
  readonly day: string;
  readonly face_no: number;
  readonly model: string;
  readonly threshold: number;
}

/** The columns of all images, by name. */
async function imagesOf({ pool }: TestDatabase): Promise<Seen[]> {
  const { rows } = await pool.query<Seen>(
    'SELECT filename, imp_date::text AS day, face_no, model, threshold FROM dwd.image ORDER BY filename',
  );
  return rows;
}

/** Moves the time at which files were first seen to another day. */
const seeOn = ({ pool }: TestDatabase, day: string, ids: readonly string[]) =>
  pool.query(`UPDATE ops.file SET seen_at = ($1 || 'T23:59:59.999999Z')::timestamptz WHERE id = ANY($2::bigint[])`, [
    day,
    ids,
  ]);

test(
  'images of one run become records, columns and faces with landmarks; a bad one among them has its reason',
  { skip },
  () =>
    withRunner(async (runner) => {
      const { drop, run, pool } = runner;
      const bytes = await photo(group);
      const ids = [
        await drop(source, 'album/1.jpg', bytes),
        await drop(source, 'album/broken.jpg', bytes.subarray(0, 3000)),
        await drop(source, 'none.jpg', await photo(dog)),
        await drop(source, 'again.jpg', bytes),
      ];
      await seeOn(runner, '2026-02-28', ids);
      const ended = await run(task, { files: ids });
      assert.equal(ended.state, 'succeeded');
      const [first, second] = await imagesOf(runner);
      const faces = first?.face_no ?? 0;
      assert.ok(faces > 3, `expected most of 6 faces, got ${faces}`);
      assert.deepEqual(ended.output, {
        ...{ files: 4, loaded: 2, duplicates: 1, quarantined: 1, changed: 0, outdated: 0, replaced: 0, rejects: 0 },
        rows: 2 + faces,
      });
      assert.deepEqual(
        [first?.filename, first?.day, second?.filename, second?.face_no],
        ['1', '2026-02-28', 'none', 0],
      );
      const { rows } = await pool.query<{ record: Record<string, unknown>; same: boolean }>(
        `SELECT o.record, o.record - 'faces' = to_jsonb(d) - '{file_id,imp_date,filename}'::text[]
           || jsonb_build_object('file_name', d.filename)
         AND jsonb_array_length(o.record->'faces') = d.face_no
         AND o.record->'faces' = COALESCE((SELECT jsonb_agg(to_jsonb(f) - '{file_id,imp_date,ordinal}'::text[] ORDER BY ordinal)
           FROM dwd.face f WHERE f.file_id = d.file_id AND f.imp_date = d.imp_date), '[]') AS same
       FROM ods.image o JOIN dwd.image d USING (file_id, imp_date) ORDER BY o.file_name`,
      );
      assert.deepEqual(
        rows.map(({ same }) => same),
        [true, true],
      );
      const { md5, sha256, width, height } = rows[0]?.record ?? {};
      assert.equal(md5, createHash('md5').update(bytes).digest('hex'));
      assert.equal(sha256, createHash('sha256').update(bytes).digest('hex'));
      assert.ok(Number(width) > 0 && Number(height) > 0);
      const outside = `SELECT count(*) FROM dwd.face f JOIN dwd.image i USING (file_id, imp_date)
      WHERE NOT (f.landmarks ?& '{rightEye,leftEye,nose,rightMouth,leftMouth}'
        AND f.x >= 0 AND f.x + f.width <= i.width + 0.001 AND f.score BETWEEN i.threshold AND 1)`;
      assert.equal(await count(pool, outside), 0);
      const broken = (await listFiles(pool)).find((file) => file.path === 'album/broken.jpg');
      assert.deepEqual([broken?.state, broken?.code], ['quarantined', 'truncated']);
      const { rows: logged } = await pool.query<{ fields: Record<string, number> }>(
        `SELECT fields FROM ops.log WHERE message = 'stages'`,
      );
      const stages = logged[0]?.fields ?? {};
      assert.equal(stages['pictures'], 2);
      for (const stage of ['read', 'hash', 'decode', 'tensor', 'infer', 'boxes', 'write']) {
        assert.ok(Number(stages[stage]) >= 0, `${stage} is ${stages[stage]}`);
      }
    }),
);

test('an image that is loaded once more and is bad by then keeps its rows', { skip }, () =>
  withRunner(async (runner) => {
    const { drop, run, pool, deps } = runner;
    const ids = [await drop(source, 'a.jpg', await photo(pair)), await drop(source, 'b.jpg', await photo(dog))];
    await run(task, { files: ids });
    const before = await imagesOf(runner);
    const path = join(deps.services.inboxDir, 'a.jpg');
    await writeFile(path, 'no image');
    const { size, mtimeNs } = await stat(path, { bigint: true });
    const sha256 = createHash('sha256').update('no image').digest('hex');
    const values = [ids[0], size, mtimeNs, sha256];
    await pool.query('UPDATE ops.file SET size = $2, mtime_ns = $3, sha256 = $4 WHERE id = $1', values);
    const ended = await run(task, { files: ids });
    assert.deepEqual([ended.output?.['loaded'], ended.output?.['quarantined']], [1, 1]);
    assert.deepEqual(await imagesOf(runner), before);
  }),
);

/** A folder with YuNet as a model that counts from another score on. */
async function writeModel(folder: string, score: number): Promise<string> {
  const yunet = (await builtInModels()).find(({ definition }) => definition.name === 'yunet-n');
  if (!yunet) throw new Error('there is no YuNet-n among the models');
  const { definition } = yunet;
  await mkdir(folder);
  await copyFile(YUNET_PATH, join(folder, definition.file.name));
  await writeFile(
    join(folder, 'model.json'),
    JSON.stringify({
      ...definition,
      name: 'strict',
      licence: { ...definition.licence, text: undefined },
      threshold: { score, method: 'none', data: 'none' },
    }),
  );
  return folder;
}

test('a day is counted anew by the present model, and readers see its old images or its new ones', {
  skip,
}, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-tasks-'));
  try {
    await withTestDatabase(async (database) => {
      const first = await openTaskRunner(database, dir, { faceModel: YUNET_PATH });
      const ids = [
        await first.drop(source, 'a.jpg', await photo(group)),
        await first.drop(source, 'b.jpg', await photo(pair)),
        await first.drop(source, 'c.jpg', await photo(dog)),
      ];
      await seeOn(database, '2026-11-19', ids.slice(0, 2));
      await seeOn(database, '2026-11-20', ids.slice(2));
      await first.run(task, { files: ids });
      await first.close();
      const before = await imagesOf(database);

      const second = await openTaskRunner(database, dir, { faceModel: await writeModel(join(dir, 'strict'), 0.999) });
      const looks = new Set<string>();
      let isOver = false;
      const reader = (async () => {
        while (!isOver) looks.add(JSON.stringify(await imagesOf(database)));
      })();
      try {
        const ended = await second.run('reload-day', { source, day: '2026-11-19' });
        assert.deepEqual(ended.output, { files: 2, loaded: 2, rows: 2, skipped: 0 });
      } finally {
        isOver = true;
        await reader;
        await second.close();
      }
      const after = await imagesOf(database);
      assert.deepEqual(
        after.map(({ filename, day, face_no, threshold }) => [filename, day, face_no, threshold]),
        [
          ['a', '2026-11-19', 0, 0.999],
          ['b', '2026-11-19', 0, 0.999],
          ['c', '2026-11-20', 0, before[2]?.threshold],
        ],
      );
      assert.deepEqual(after[2], before[2]);
      assert.notEqual(after[0]?.model, before[0]?.model);
      looks.add(JSON.stringify(after));
      assert.deepEqual([...looks], [JSON.stringify(before), JSON.stringify(after)]);
      assert.equal(await count(database.pool, 'SELECT count(*) FROM dwd.face'), 0);
      assert.equal(await count(database.pool, 'SELECT count(*) FROM ods.image'), 3);
      assert.deepEqual(
        (await listRuns(database.pool)).map((run) => `${run.task} ${run.state}`),
        ['detect-faces succeeded', 'reload-day succeeded', 'detect-faces succeeded'],
      );
    });
  } finally {
    await rm(dir, { recursive: true });
  }
});
