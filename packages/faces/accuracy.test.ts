import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createFaceDetector } from './detector.js';
import type { FaceModel } from './model/face-model.js';
import { resolveFaceModel } from './model/resolve.js';
import { temporaryFolder } from './testing/pictures.js';
import { PHOTOS, unlessPresent, YUNET_PATH } from './testing/shared.js';

/** Counts of faces on photos whose counts people have made. */
async function countFaces(model: FaceModel) {
  const rows = (await readFile(join(PHOTOS, 'truth.csv'), 'utf8')).trim().split('\n').slice(1);
  const truth = rows.map((row) => row.split(',')).map(([file = '', faces = '']) => ({ file, faces: Number(faces) }));
  const detector = await createFaceDetector({ model, processes: 2 });
  try {
    return await Promise.all(
      truth.map(async ({ file, faces }) => ({
        file,
        expected: faces,
        actual: (await detector.detect(join(PHOTOS, file))).faces.length,
      })),
    );
  } finally {
    await detector.close();
  }
}

async function assertExact(t: TestContext, model: FaceModel, atLeast: number) {
  const counts = await countFaces(model);
  const wrong = counts.filter((count) => count.actual !== count.expected);
  const share = 1 - wrong.length / counts.length;
  const list = wrong.map((count) => `${count.file}: ${count.actual} instead of ${count.expected}`).join('; ');
  t.diagnostic(`${model.name}: ${counts.length - wrong.length} of ${counts.length} exact. ${list}`);
  assert.ok(counts.length >= 50, `only ${counts.length} photos`);
  assert.ok(share >= atLeast, `${(share * 100).toFixed(1)} % exact, expected ${atLeast * 100} %. Wrong: ${list}`);
}

test('YuNet counts at least 97 % of the photos right', { skip: unlessPresent(PHOTOS, YUNET_PATH) }, async (t) => {
  const dataDir = await temporaryFolder(t);
  const model = await resolveFaceModel({ faceModel: YUNET_PATH, dataDir, log: () => {} });
  await assertExact(t, model, 0.97);
});

test('BlazeFace from npm counts at least 95 % of the photos right', { skip: unlessPresent(PHOTOS) }, async (t) => {
  const dataDir = await temporaryFolder(t);
  const download = async () => Promise.reject(new Error('this test uses no network'));
  await assertExact(t, await resolveFaceModel({ dataDir, log: () => {}, download }), 0.95);
});
