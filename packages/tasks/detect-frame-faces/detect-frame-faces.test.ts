import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PHOTOS, unlessPresent } from '#faces/testing/shared.js';
import { sampleRecording } from '#samples/recordings/model.js';
import { seedRecordings } from '../../../test/helpers/recordings.js';
import { type TaskRunner, withTaskRunner } from '../../../test/helpers/task-runner.js';
import { definition } from './definition.js';

const recording = sampleRecording(0, 1);
const [footage] = recording.footages;
const id = footage?.id ?? '';

/** With a recording whose frames are not there yet. */
async function withFrames(work: (runner: TaskRunner, footageDir: string) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-frames-'));
  try {
    await withTaskRunner({ dataDir, faceModel: 'blazeface-256' }, async (runner) => {
      await seedRecordings(runner.pool, [recording]);
      await work(runner, join(dataDir, 'footage'));
    });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

test(
  'faces are counted in each nth frame, once per run; one that cannot be read is left out',
  { skip: unlessPresent(PHOTOS) },
  () =>
    withFrames(async ({ run, pool }, footageDir) => {
      const folder = join(footageDir, footage?.filename ?? '');
      await mkdir(folder, { recursive: true });
      const rows = (await readFile(join(PHOTOS, 'truth.csv'), 'utf8')).trim().split('\n').slice(1);
      const [photo = ''] = (rows.find((row) => row.split(',')[1] === '1') ?? '').split(',');
      const bytes = await readFile(join(PHOTOS, photo));
      for (const index of [0, 1, 2, 6]) await writeFile(join(folder, `${index}.jpg`), bytes);
      await writeFile(join(folder, '4.jpg'), 'words');
      const done = await run(definition.name, { footage: id, every: 2 });
      assert.equal(done.state, 'succeeded', done.error?.message);
      const { rows: stored } = await pool.query(
        'SELECT run_id, footage, frame, faces FROM recordings.frame_faces ORDER BY frame',
      );
      assert.deepEqual(
        stored,
        [0, 2, 6].map((frame) => ({ run_id: done.id, footage: id, frame, faces: 1 })),
      );
      const output: unknown = done.output;
      assert.deepEqual(Object(output).unreadable, 1);
      assert.deepEqual(Object(output).faces, 3);
    }),
);

test('an unknown footage, and one that is not there, fail at once with the reason', () =>
  withFrames(async ({ run }) => {
    const unknown = await run(definition.name, { footage: 'nobody' });
    assert.match(String(unknown.error?.message), /expected the id of a footage that a loaded file has, got nobody/);
    const missing = await run(definition.name, { footage: id });
    assert.match(String(missing.error?.message), /below FOOTAGE_DIR, found nothing there/);
  }));
