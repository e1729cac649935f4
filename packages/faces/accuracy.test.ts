import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { createFaceDetector } from './detector.js';
import type { FaceModel } from './model/face-model.js';
import { resolveFaceModel } from './model/resolve.js';
import { temporaryFolder } from './testing/pictures.js';
import { PHOTOS, unlessPresent, YUNET_PATH } from './testing/shared.js';

/** A picture file with a count that people have made. */
interface Counted {
  readonly file: string;
  readonly path: string;
  readonly faces: number;
}

async function photos(): Promise<Counted[]> {
  const rows = (await readFile(join(PHOTOS, 'truth.csv'), 'utf8')).trim().split('\n').slice(1);
  return rows
    .map((row) => row.split(','))
    .map(([file = '', faces = '']) => ({ file, path: join(PHOTOS, file), faces: Number(faces) }));
}

/** Copies of the pictures in a folder that is deleted after the test. */
async function copies(
  t: TestContext,
  of: readonly Counted[],
  copy: (shown: Sharp) => Promise<Sharp>,
): Promise<Counted[]> {
  const folder = await temporaryFolder(t);
  return await Promise.all(
    of.map(async (photo) => {
      // Turned as it is shown, and written, before anything else is done: sharp puts operations in an order of its own.
      const shown = await sharp(photo.path).autoOrient().flatten({ background: '#ffffff' }).png().toBuffer();
      const path = join(folder, `${photo.file}.png`);
      await (await copy(sharp(shown))).png().toFile(path);
      return { ...photo, path };
    }),
  );
}

async function assertExact(t: TestContext, model: FaceModel, pictures: readonly Counted[], atLeast: number) {
  const detector = await createFaceDetector({ model, processes: 2 });
  t.after(() => detector.close());
  const counts = await Promise.all(
    pictures.map(async (picture) => ({ ...picture, actual: (await detector.detect(picture.path)).faces.length })),
  );
  const wrong = counts.filter((count) => count.actual !== count.faces);
  const share = 1 - wrong.length / counts.length;
  const list = wrong.map((count) => `${count.file}: ${count.actual} instead of ${count.faces}`).join('; ');
  t.diagnostic(`${model.name}: ${counts.length - wrong.length} of ${counts.length} exact. ${list}`);
  assert.ok(counts.length >= 50, `only ${counts.length} photos`);
  assert.ok(share >= atLeast, `${(share * 100).toFixed(1)} % exact, expected ${atLeast * 100} %. Wrong: ${list}`);
}

async function yunet(t: TestContext): Promise<FaceModel> {
  return await resolveFaceModel({ faceModel: YUNET_PATH, dataDir: await temporaryFolder(t), log: () => {} });
}

test('YuNet counts at least 98 % of the photos right', { skip: unlessPresent(PHOTOS, YUNET_PATH) }, async (t) => {
  await assertExact(t, await yunet(t), await photos(), 0.98);
});

test('YuNet counts photos that lie on their side or upside down', {
  skip: unlessPresent(PHOTOS, YUNET_PATH),
}, async (t) => {
  const model = await yunet(t);
  for (const degrees of [90, 180, 270]) {
    const turned = await copies(t, await photos(), async (shown) => shown.rotate(degrees));
    await assertExact(t, model, turned, 0.96);
  }
});

test('YuNet counts photos at a third of their size', { skip: unlessPresent(PHOTOS, YUNET_PATH) }, async (t) => {
  const small = await copies(t, await photos(), async (shown) => {
    const { width } = await shown.metadata();
    return shown.resize(Math.max(8, Math.round(width * 0.35)));
  });
  await assertExact(t, await yunet(t), small, 0.96);
});

test('BlazeFace from npm counts at least 98 % of the photos right', { skip: unlessPresent(PHOTOS) }, async (t) => {
  const dataDir = await temporaryFolder(t);
  const download = async () => Promise.reject(new Error('this test uses no network'));
  await assertExact(t, await resolveFaceModel({ dataDir, log: () => {}, download }), await photos(), 0.98);
});
